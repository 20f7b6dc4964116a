"""What can go wrong, each with its outward words.

A `PictureError` is the picture's fault or ours: 200 with ``"code": "failure"``, made in
`cutout.api.results`. A `RequestError` is the request's fault: its own status and body, made in
`cutout.api.middleware`.
Source: the original's README, "Possible errors"; texts that clients match are kept to the letter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

NAMED_TYPES = frozenset({"heic", "avif"})  # their owners may not know that they have one


class PictureError(Exception):
    """Ends the work on one picture; `message` is what the client reads."""

    message: ClassVar[str] = "Processing failed"

    def __str__(self) -> str:
        return self.message


class ProcessingFailedError(PictureError):
    """A fault of ours; the log holds the cause."""


class UnreadablePictureError(PictureError):
    """Empty, truncated or broken file."""

    message = "Can not load image."


class UnsupportedTypeError(PictureError):
    """The bytes begin like no file that is accepted; `received` is what they begin like."""

    def __init__(self, received: str = "unknown", accepted: str = "JPEG and PNG") -> None:
        self.received, self.accepted = received, accepted

    def __str__(self) -> str:
        return self._words("file")

    def _words(self, file: str) -> str:
        kind = f": {self.received.upper()}" if self.received in NAMED_TYPES else ""
        return f"Unsupported {file} type{kind}. Only {self.accepted} images are accepted."


class TooManyPixelsError(PictureError):
    """So large that the original quotes the limit and not the size."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __str__(self) -> str:
        return f"Resolution is too big: exceeds limit of {self.limit} pixels."


class ResolutionTooBigError(PictureError):
    """A side is over the limit."""

    def __init__(self, size: tuple[int, int], max_side: int) -> None:
        self.size, self.max_side = size, max_side

    def __str__(self) -> str:
        width, height = self.size
        limit = f"{self.max_side}x{self.max_side}"
        return f"Resolution is too big: {width}x{height}. Max allowed resolution: {limit}"


class FileTooBigError(PictureError):
    """The picture's file reaches the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __str__(self) -> str:
        return f"File is too big. The size must be less than {self.limit / 1024**2:g} MB."


class DownloadError(PictureError):
    """One text for every cause, so that it tells nothing of a network the client can't see."""

    message = "Can not download image from the URL."


class UploadMissingError(PictureError):
    """A `url` of ours behind which there is no file: never sent, or expired."""

    message = "There is no such upload. It may be incomplete, or older than a day."


class TooSlowError(PictureError):
    """The request's time is over."""

    message = "Processing took too long. Try again, or send a smaller picture."


class AnswerTooLargeError(PictureError):
    """The platform hands on no answer of this size, and there is no storage to put it into."""

    message = "The result is too large to be sent. Ask for mode fg-mask, or send a smaller picture."


class NoStorageError(PictureError):
    """Links and uploads need a storage, and this server has none."""

    message = "This server has no storage for links. Ask for representation=base64."


class StorageError(PictureError):
    """The storage is down, full, or refuses; the log holds the cause."""

    message = (
        "The storage can not be reached. Try again later, ask for mode fg-mask, "
        "or send a smaller picture."
    )


class ChangedMeanwhileError(StorageError):
    """Somebody else has written the object since it was looked at."""


class RequestError(Exception):
    """Ends the request with `status` and `body`: a dict answers as JSON, a str as text."""

    status: ClassVar[int]
    body: ClassVar[dict[str, str] | str]
    headers: ClassVar[dict[str, str]] = {}


class UnauthorizedError(RequestError):
    """No API key, or none that is valid: the answer doesn't say which."""

    status = 401
    body: ClassVar[dict[str, str] | str] = {
        "message": "A valid API key is needed, in the header X-API-KEY."
    }
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "X-API-KEY"}


class KeysUnavailableError(RequestError):
    """The keys can't be fetched, or the secret holds none; the log holds the cause."""

    status = 503
    body: ClassVar[dict[str, str] | str] = {"message": "API keys can't be checked now. Try again."}
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class MissingSourceError(RequestError):
    """Neither `image` nor `url`, or both empty."""

    status = 422
    body: ClassVar[dict[str, str] | str] = {"detail": "Missing image or url field."}


class BrokenFormError(RequestError):
    """The body is not the form that its header announces, or a text field is over 64 kB."""

    status = 400
    body: ClassVar[dict[str, str] | str] = {"detail": "There was an error parsing the body"}


class TooBusyError(RequestError):
    """As many pictures wait as there is memory for."""

    status = 503
    body: ClassVar[dict[str, str] | str] = {"detail": "The server is busy. Try again later."}
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class TooSlowUploadError(RequestError):
    """The body took too long to arrive."""

    status = 408
    body: ClassVar[dict[str, str] | str] = {"detail": "The request took too long to arrive."}
    headers: ClassVar[dict[str, str]] = {"Connection": "close"}


class RequestTooLargeError(RequestError):
    """The body is over the limit."""

    status = 413
    body: ClassVar[dict[str, str] | str] = (
        "Error: Request Entity Too Large\nYour client issued a request that was too large."
    )


class UploadsUnavailableError(RequestError):
    """This server has no storage, so there is nowhere to upload to."""

    status = 404
    body: ClassVar[dict[str, str] | str] = {
        "detail": "This server takes no uploads. Send the file as `image`, or its address as `url`."
    }


class UploadsDownError(RequestError):
    """The storage is down or full."""

    status = 503
    body: ClassVar[dict[str, str] | str] = {"detail": "Uploads are unavailable. Try again later."}
    headers: ClassVar[dict[str, str]] = {"Retry-After": "30"}


class UploadRefusedError(RequestError):
    """The upload's link is unknown, used or expired, or the file is of another type."""

    status = 403
    body: ClassVar[dict[str, str] | str] = {"detail": "The upload does not match its invitation."}


class UploadSizeError(RequestError):
    """The uploaded file is empty, or over the limit."""

    status = 400
    body: ClassVar[dict[str, str] | str] = {"detail": "The file is empty or too large."}


class ForeignHostError(RequestError):
    """A request to a loopback address has another machine's name as its `Host`."""

    status = 421
    body: ClassVar[dict[str, str] | str] = {
        "detail": "The Host header does not name this machine. "
        "To serve under another name, add it to CUTOUT_ALLOWED_HOSTS."
    }


class ForeignOriginError(RequestError):
    """A page of another origin sends a request to a loopback address, and no key is asked for. The
    page may read why."""

    status = 403
    body: ClassVar[dict[str, str] | str] = {
        "detail": "Pages of this origin may not send requests to this server. "
        "Add the origin to CUTOUT_ALLOWED_ORIGINS, or set CUTOUT_API_KEYS."
    }
    headers: ClassVar[dict[str, str]] = {"Access-Control-Allow-Origin": "*"}


class ForeignPreflightError(ForeignOriginError):
    """The browser asks whether such a page may send a request."""

    headers: ClassVar[dict[str, str]] = {}


class FileGoneError(RequestError):
    """No file behind the link: expired, or never there."""

    status = 404
    body: ClassVar[dict[str, str] | str] = {"detail": "There is no such file, or no longer."}


class UnreadableBackgroundError(PictureError):
    """Empty, truncated or broken file."""

    message = "Can not load background image."


class UnsupportedBackgroundError(UnsupportedTypeError):
    """The bytes begin like no file that is accepted."""

    def __str__(self) -> str:
        return self._words("background file")


class BackgroundDownloadError(PictureError):
    """One text for every cause, as for the picture itself."""

    message = "Can not download background image from the URL."


class BackgroundUploadMissingError(PictureError):
    """A `url-bg` of ours behind which there is no file."""

    message = "There is no such background upload. It may be incomplete, or older than a day."


class BackgroundLimitError(PictureError):
    """The file, a side, or the number of pixels is over its limit."""

    def __init__(self, over: PictureError) -> None:
        self.over = over

    def __str__(self) -> str:
        text = str(self.over)
        return f"Background {text[0].lower()}{text[1:]}"


OTHERS: dict[type[PictureError], type[PictureError]] = {
    UnreadablePictureError: UnreadableBackgroundError,
    DownloadError: BackgroundDownloadError,
    UploadMissingError: BackgroundUploadMissingError,
}
LIMITS = (FileTooBigError, ResolutionTooBigError, TooManyPixelsError)


@contextmanager
def of_background() -> Iterator[None]:
    """Failures of the block's picture are the background's. Those that blame no picture (the time,
    the storage) stay as they are."""
    try:
        yield
    except LIMITS as error:
        raise BackgroundLimitError(error) from error
    except UnsupportedTypeError as error:
        raise UnsupportedBackgroundError(error.received, error.accepted) from error
    except tuple(OTHERS) as error:
        raise OTHERS[type(error)] from error
