"""Store files in a private S3 bucket.

Its rules for expiry, encryption and access are in `template.yaml`.
"""

import logging

from cutout.aws_credentials import CredentialsError, open_credentials
from cutout.errors import StorageError
from cutout.gzipped import gzipped
from cutout.settings import Settings
from cutout.storage.address import bucket_name
from cutout.storage.signature import Condition, Signer
from cutout.storage.storage import AnswerKind, PresignedUpload, UploadType, new_token
from cutout.timing import Deadline

ANSWERS, UPLOADS = "answers", "uploads"
TRANSFER_SECONDS = 900
"""Time for which own requests are signed. They are sent at once, but a clock may be slow: S3 itself
tolerates as much for requests that are signed as they are sent."""

logger = logging.getLogger(__name__)


class BucketSigner:
    """Sign requests to the bucket with the credentials that are valid at that moment."""

    def __init__(self, settings: Settings) -> None:
        self._credentials, self._region = open_credentials(settings), settings.region

    def __call__(self) -> Signer:
        """Return a signer. May call the network; raise `StorageError`."""
        try:
            return Signer.of(self._credentials.current(), self._region)
        except CredentialsError as error:
            logger.exception("No credentials for the bucket")
            raise StorageError from error


class S3Storage:
    """Sign links with the function's own role.

    `put` and `get_upload` call the network; `create_upload` only does if the role's credentials
    have to be fetched.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bucket = (settings.bucket_url or "").rstrip("/")
        self._signer = BucketSigner(settings)

    def put(
        self, content: bytes, kind: AnswerKind, deadline: Deadline, *, gzip: bool = False
    ) -> str:
        """Store `content` and return a presigned link; see `Storage`.

        S3 stores it whole or not at all.
        """
        # urllib3 would take 50 ms of each cold start, and most answers don't need it
        from cutout.storage.transfer import put_object  # noqa: PLC0415

        url = f"{self._bucket}/{ANSWERS}/{new_token()}.{kind}"
        headers = {"content-type": kind.media_type, "cache-control": "no-store"}
        signer = self._signer()
        if gzip:
            content, headers["content-encoding"] = gzipped(content), "gzip"
        signed = signer.presigned_url("PUT", url, TRANSFER_SECONDS, headers)
        put_object(signed, content, headers, deadline)
        return signer.presigned_url("GET", url, self._settings.link_seconds)

    def create_upload(self, kind: UploadType) -> PresignedUpload:
        """Return the form of a presigned POST; see `Storage`."""
        token, name = new_token(), bucket_name(self._bucket)
        conditions: list[Condition] = [
            ["content-length-range", 1, self._settings.max_file_bytes - 1]
        ]
        if name is not None:  # S3 counts it among the form's fields, which all need a condition
            conditions.append({"bucket": name})
        fields = self._signer().form_fields(
            {"key": f"{UPLOADS}/{token}", "Content-Type": kind},
            conditions,
            self._settings.upload_seconds,
        )
        return PresignedUpload(token, f"{self._bucket}/", fields)

    def get_upload(self, token: str, deadline: Deadline) -> bytes:
        """Return an uploaded file; see `Storage`."""
        from cutout.storage.transfer import get_object  # noqa: PLC0415

        url = f"{self._bucket}/{UPLOADS}/{token}"
        signed = self._signer().presigned_url("GET", url, TRANSFER_SECONDS)
        return get_object(signed, self._settings.max_file_bytes, deadline)


def open_bucket(settings: Settings) -> S3Storage | None:
    """Return the bucket, or None if none is configured."""
    return S3Storage(settings) if settings.bucket_url else None
