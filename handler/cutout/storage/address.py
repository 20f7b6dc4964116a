"""Tell the bucket's name by its address, and the domain of a region."""

import re
from urllib.parse import unquote, urlsplit

VIRTUAL_HOST = re.compile(r"(.+)\.s3[.-]")
INTERFACE_ENDPOINT = re.compile(r"\.bucket\.vpce-[^.]+$")
DOMAINS = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}
"""Domains of AWS's other partitions, by the beginnings of their regions' names."""


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


def domain_of(region: str) -> str:
    """Return the domain of AWS's endpoints in the region."""
    found = (each for start, each in DOMAINS.items() if region.startswith(start))
    return next(found, "amazonaws.com")
