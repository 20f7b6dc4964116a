"""Define the errors that refuse a request, with the status and the text that clients see.

`cutout.api.middleware` turns them into answers. The texts of the reference API are kept to the
letter.
"""

from collections.abc import Mapping
from typing import ClassVar


class RequestError(Exception):
    """End a request with `status`.

    The body is JSON with `detail` under `key`, or plain text where `key` is None. `more_headers`
    are added to this answer.
    """

    status: ClassVar[int]
    detail: ClassVar[str]
    key: ClassVar[str | None] = "detail"
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, more_headers: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.more_headers = dict(more_headers or {})

    @classmethod
    def body(cls) -> dict[str, str] | str:
        """Return what the client reads: a dict to send as JSON, or a text."""
        return cls.detail if cls.key is None else {cls.key: cls.detail}


class UnauthorizedError(RequestError):
    """Refuse a request without a valid API key. The answer doesn't say whether it had one."""

    status = 401
    key = "message"
    detail = "A valid API key is needed, in the header X-API-KEY."
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "X-API-KEY"}


class NotThroughFrontError(RequestError):
    """Refuse a request that goes round the distribution in front of the API."""

    status = 403
    key = "message"
    detail = (
        "This address accepts no direct requests. "
        "Use the address of the distribution in front of it."
    )


class KeysUnavailableError(RequestError):
    """Report API keys that can't be fetched, or a secret without any; the log holds the cause."""

    status = 503
    key = "message"
    detail = "API keys can't be checked now. Try again."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class MissingSourceError(RequestError):
    """Report a form with neither `image` nor `url`, or with both empty."""

    status = 422
    detail = "Missing image or url field."


class BrokenFormError(RequestError):
    """Report a body that is not the form its header announces, or a text field over 64 kB."""

    status = 400
    detail = "There was an error parsing the body"


DAMAGED = "cutout.damaged"
"""Key of the ASGI scope that tells whether the gateway has damaged the request's form."""


class DamagedFormError(BrokenFormError):
    """Report a form whose files the gateway has damaged; see `cutout.api.gateway`."""

    detail = (
        "The gateway has damaged the file, because it reads bodies as text. "
        "Set its binary media type to */*."
    )


MIN_CHUNK_BYTES = 64
"""Average bytes that a chunk of a body must have. Parsing takes as long for a chunk of one byte as
for a large one, and the event loop serves nobody else meanwhile. Base64 in lines has 76."""


class SmallChunksError(BrokenFormError):
    """Report a body in chunks that are too small; see `cutout.api.http1`."""

    detail = f"Send the body in chunks of at least {MIN_CHUNK_BYTES} bytes."


class TooBusyError(RequestError):
    """Refuse a request while all slots are taken."""

    status = 503
    detail = "The server is busy. Try again later."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class TooSlowUploadError(RequestError):
    """Report a body that took too long to arrive."""

    status = 408
    detail = "The request took too long to arrive."
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}


class RequestTooLargeError(RequestError):
    """Report a body over the limit."""

    status = 413
    key = None
    detail = "Error: Request Entity Too Large\nYour client issued a request that was too large."


class UploadsUnavailableError(RequestError):
    """Refuse an upload because this server has no storage."""

    status = 404
    detail = "This server takes no uploads. Send the file as `image`, or its address as `url`."


class UploadsDownError(RequestError):
    """Report a storage that is down or full."""

    status = 503
    detail = "Uploads are unavailable. Try again later."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "30"}


class UploadRefusedError(RequestError):
    """Refuse an upload whose link is unknown, used or expired, or whose type is another."""

    status = 403
    detail = "The upload does not match its form. Request a new one, and send all of its fields."


class UploadSizeError(RequestError):
    """Refuse an upload that is empty or over the limit."""

    status = 400
    detail = "The file is empty or too large."


class ForeignHostError(RequestError):
    """Refuse a request to a loopback address whose `Host` names another machine."""

    status = 421
    detail = (
        "The Host header does not name this machine. "
        "To serve under another name, add it to CUTOUT_ALLOWED_HOSTS."
    )


class ForeignOriginError(RequestError):
    """Refuse an upload to a loopback address from a foreign page while no API key is set.

    The page may read why.
    """

    status = 403
    detail = (
        "Pages of this origin may not send requests to this server. "
        "Add the origin to CUTOUT_ALLOWED_ORIGINS, or set CUTOUT_API_KEYS."
    )
    headers: ClassVar[dict[str, str]] = {"Access-Control-Allow-Origin": "*"}


class ForeignPreflightError(ForeignOriginError):
    """Refuse the browser's preflight for such a request."""

    headers: ClassVar[dict[str, str]] = {}


class FileGoneError(RequestError):
    """Report a link without a file: expired, or never there."""

    status = 404
    detail = "This file does not exist, or its link has expired."
