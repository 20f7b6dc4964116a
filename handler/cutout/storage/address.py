"""Tell the bucket's name by its address."""

import re
from urllib.parse import unquote, urlsplit

VIRTUAL_HOST = re.compile(r"(.+)\.s3[.-]")
INTERFACE_ENDPOINT = re.compile(r"\.bucket\.vpce-[^.]+$")


def bucket_name(url: str) -> str | None:
    """Return the name of the bucket at `url`, None if the address does not tell.

    It is the end of the path, or what precedes ``.s3`` in the host ("Virtual hosting of buckets" in
    the Amazon S3 user guide). A domain of one's own does not tell.
    """
    parts = urlsplit(url)
    if path := parts.path.strip("/"):
        return unquote(path.rpartition("/")[2])
    host = VIRTUAL_HOST.match(parts.hostname or "")
    return INTERFACE_ENDPOINT.sub("", host[1]) if host else None
