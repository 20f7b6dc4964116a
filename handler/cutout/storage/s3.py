"""A private bucket. Its rules (expiry, encryption, who may what) are in `template.yaml`."""

from cutout.deadline import Deadline
from cutout.settings import Settings
from cutout.storage.signature import Signer
from cutout.storage.storage import AnswerKind, Invitation, UploadType, new_token

ANSWERS, UPLOADS = "answers", "uploads"
TRANSFER_SECONDS = 60  # our own requests are sent at once


class S3Storage:
    """Signs with the function's own role. Nothing but `keep` and `collect` asks the network."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bucket = (settings.bucket_url or "").rstrip("/")
        self._signer = signer_of(settings)

    def keep(self, content: bytes, kind: AnswerKind, deadline: Deadline) -> str:
        """See `Storage`. S3 stores an object whole or not at all."""
        # urllib3 would take 50 ms of each cold start, and most answers don't need it
        from cutout.storage.transfer import put_object  # noqa: PLC0415

        url = f"{self._bucket}/{ANSWERS}/{new_token()}.{kind}"
        headers = {"content-type": kind.media_type}
        signed = self._signer.presigned_url("PUT", url, TRANSFER_SECONDS, headers)
        put_object(signed, content, headers, deadline)
        return self._signer.presigned_url("GET", url, self._settings.link_seconds)

    def invite(self, kind: UploadType) -> Invitation:
        """See `Storage`: a presigned POST."""
        token = new_token()
        fields = self._signer.form_fields(
            {"key": f"{UPLOADS}/{token}", "Content-Type": kind},
            [["content-length-range", 1, self._settings.max_file_bytes - 1]],
            self._settings.upload_seconds,
        )
        return Invitation(token, f"{self._bucket}/", fields)

    def collect(self, token: str, deadline: Deadline) -> bytes:
        """See `Storage`."""
        from cutout.storage.transfer import get_object  # noqa: PLC0415

        url = f"{self._bucket}/{UPLOADS}/{token}"
        signed = self._signer.presigned_url("GET", url, TRANSFER_SECONDS)
        return get_object(signed, self._settings.max_file_bytes, deadline)


def signer_of(settings: Settings) -> Signer:
    """Signs with the keys of the function's role."""
    return Signer(
        settings.access_key_id,
        settings.secret_access_key.get_secret_value(),
        settings.region,
        settings.session_token.get_secret_value() if settings.session_token else None,
    )


def open_bucket(settings: Settings) -> S3Storage | None:
    """The bucket; None where none is configured."""
    return S3Storage(settings) if settings.bucket_url else None
