"""Store files in a private S3 bucket.

Its rules for expiry, encryption and access are in `template.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from cutout.settings import Settings
from cutout.storage.signature import Signer
from cutout.storage.storage import AnswerKind, PresignedUpload, UploadType, new_token
from cutout.storage.transfer import get_object, head_object, put_object
from cutout.timing import Deadline

ANSWERS, UPLOADS = "answers", "uploads"
TRANSFER_SECONDS = 60  # own requests are sent immediately


class S3Storage:
    """Sign links with the function's own role. Only `put` and `get_upload` call the network."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bucket = (settings.bucket_url or "").rstrip("/")
        self._signer = signer_of(settings)

    def put(self, content: bytes, kind: AnswerKind, deadline: Deadline) -> str:
        """Store `content` and return a presigned link; see `Storage`.

        S3 stores it whole or not at all.
        """
        # urllib3 would take 50 ms of each cold start, and most answers don't need it
        from cutout.storage.transfer import put_object  # noqa: PLC0415

        url = f"{self._bucket}/{ANSWERS}/{new_token()}.{kind}"
        headers = {"content-type": kind.media_type}
        signed = self._signer.presigned_url("PUT", url, TRANSFER_SECONDS, headers)
        put_object(signed, content, headers, deadline)
        return self._signer.presigned_url("GET", url, self._settings.link_seconds)

    def create_upload(self, kind: UploadType) -> PresignedUpload:
        """Return the form of a presigned POST; see `Storage`."""
        token = new_token()
        fields = self._signer.form_fields(
            {"key": f"{UPLOADS}/{token}", "Content-Type": kind},
            [["content-length-range", 1, self._settings.max_file_bytes - 1]],
            self._settings.upload_seconds,
        )
        return PresignedUpload(token, f"{self._bucket}/", fields)

    def get_upload(self, token: str, deadline: Deadline) -> bytes:
        """Return an uploaded file; see `Storage`."""
        from cutout.storage.transfer import get_object  # noqa: PLC0415

        url = f"{self._bucket}/{UPLOADS}/{token}"
        signed = self._signer.presigned_url("GET", url, TRANSFER_SECONDS)
        return get_object(signed, self._settings.max_file_bytes, deadline)


def signer_of(settings: Settings) -> Signer:
    """Return a signer with the keys of the function's role."""
    return Signer(
        settings.access_key_id,
        settings.secret_access_key.get_secret_value(),
        settings.region,
        settings.session_token.get_secret_value() if settings.session_token else None,
    )


def open_bucket(settings: Settings) -> S3Storage | None:
    """Return the bucket, or None if none is configured."""
    return S3Storage(settings) if settings.bucket_url else None


METADATA = "x-amz-meta-"
ABSENT = {"if-none-match": "*"}


@dataclass(frozen=True)
class Stored:
    """Hold an object as it was found.

    `etag` tells it from a later one of the same name; `metadata` comes from its writer, with names
    in lower case.
    """

    etag: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class New:
    """Hold an object to be written; names and values of `metadata` are ASCII."""

    content: bytes
    kind: AnswerKind
    metadata: Mapping[str, str]


class NoBucketError(RuntimeError):
    """Report that `CUTOUT_BUCKET_URL` is not set, which batches need."""


class Objects:
    """Read and write the bucket's objects by name.

    Every call uses the network and raises `StorageError` if that fails.
    """

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.max_file_bytes
        self._url = settings.bucket_url
        self._signer = signer_of(settings)

    def get(self, key: str, deadline: Deadline) -> bytes:
        """Return the object. Raise `UploadMissingError`, or `FileTooBigError` for 16 MB or more."""
        return get_object(self._signed("GET", key), self._limit, deadline)

    def look_at(self, key: str, deadline: Deadline) -> Stored | None:
        """Return what is stored under the key, None if there is nothing."""
        headers = head_object(self._signed("HEAD", key), deadline)
        if headers is None:
            return None
        found = {name.lower(): value for name, value in headers.items()}
        metadata = {
            name.removeprefix(METADATA): value
            for name, value in found.items()
            if name.startswith(METADATA)
        }
        return Stored(found["etag"], metadata)

    def put(
        self,
        key: str,
        new: New,
        replaced: Stored | None,
        deadline: Deadline,
    ) -> None:
        """Store `new` in place of `replaced`.

        Raise `ChangedMeanwhileError` if another object has taken its place.
        """
        headers = {
            "content-type": new.kind.media_type,
            **{f"{METADATA}{name}": value for name, value in new.metadata.items()},
            **(ABSENT if replaced is None else {"if-match": replaced.etag}),
        }
        put_object(self._signed("PUT", key, headers), new.content, headers, deadline)

    def _signed(self, method: str, key: str, headers: Mapping[str, str] | None = None) -> str:
        if self._url is None:
            raise NoBucketError
        url = f"{self._url.rstrip('/')}/{quote(key, safe='/~')}"
        return self._signer.presigned_url(method, url, TRANSFER_SECONDS, headers)
