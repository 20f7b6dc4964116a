"""Define remove.bg's errors, and map every exception to one of them.

An error is a status and `{"errors": [{"title", "code", "detail"}]}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cutout.errors import (
    AnswerTooLargeError,
    DownloadError,
    FileTooBigError,
    LimitError,
    RegionEmptyError,
    RegionOutsideError,
    ResolutionTooBigError,
    StorageError,
    Subject,
    TooManyPixelsError,
    TooSlowError,
    UnreadablePictureError,
    UnsupportedTypeError,
    UploadMissingError,
)
from cutout.request_errors import (
    BrokenFormError,
    ForeignHostError,
    KeysUnavailableError,
    NotThroughFrontError,
    RequestTooLargeError,
    TooBusyError,
    TooSlowUploadError,
)
from cutout.settings import MIB, Settings

INTERNAL = "internal_error"
RETRY = {"Retry-After": "5"}


class RemoveBgError(Exception):
    """End a request with an HTTP status and one entry of `errors`; omit an empty `detail`."""

    def __init__(
        self,
        code: str,
        title: str,
        detail: str = "",
        status: int = 400,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.code, self.title, self.detail = code, title, detail
        self.status, self.headers = status, headers or {}

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        told = {"title": self.title, "code": self.code, "detail": self.detail}
        return {"errors": [{name: text for name, text in told.items() if text}]}


def unknown_foreground() -> RemoveBgError:
    """Return the error for a picture without foreground."""
    title = "Could not identify foreground in image. For details and recommendations see "
    return RemoveBgError("unknown_foreground", f"{title}https://www.remove.bg/supported-images.")


def invalid(name: str) -> RemoveBgError:
    """Return the error for an invalid value of the parameter `name`."""
    if name in ("size", "channels"):
        return RemoveBgError(f"invalid_{name}", f"Invalid value for parameter '{name}'")
    return RemoveBgError(f"invalid_{name}", f"Invalid {name} parameter given")


def invalid_url(name: str) -> RemoveBgError:
    """Return the error for an `image_url` or `bg_image_url` that is not a URL."""
    return RemoveBgError(f"invalid_{name}", f"Invalid {name}: Please provide a valid URL.")


def missing_source() -> RemoveBgError:
    """Return the error for a request without a picture."""
    return RemoveBgError(
        "missing_source",
        "No image given",
        "Please provide the source image in the image_url, image_file or image_file_b64 parameter.",
    )


def multiple_sources() -> RemoveBgError:
    """Return the error for a request with several pictures."""
    return RemoveBgError(
        "multiple_sources",
        "Multiple image sources given: Please provide either the image_url, image_file or "
        "image_file_b64 parameter.",
    )


def multiple_backgrounds() -> RemoveBgError:
    """Return the error for a request with several backgrounds."""
    return RemoveBgError(
        "multiple_bg_sources",
        "Multiple background sources given: Please provide either the bg_color, the bg_image_url "
        "or the bg_image_file parameter.",
    )


def bad_key(*, given: bool) -> RemoveBgError:
    """Return the error for a request with a wrong key, or without one."""
    title = "API Key invalid" if given else "Missing API Key"
    return RemoveBgError("auth_failed", title, status=403)


@dataclass(frozen=True)
class RequestDetails:
    """Hold the values that an error's text may quote: the request's URLs and the limits."""

    settings: Settings
    url: str = ""
    bg_url: str = ""


def removebg_error(error: Exception, request: RequestDetails) -> RemoveBgError:
    """Return the error for any exception; an unknown one becomes status 500."""
    for kind in type(error).__mro__:
        if kind in MAKERS:
            return MAKERS[kind](error, request)
    return RemoveBgError(INTERNAL, "Processing failed", status=500)


def _unreadable(_error: object, _request: RequestDetails) -> RemoveBgError:
    return RemoveBgError("failed_to_read_image", "There was an error reading the image.")


def _unsupported(error: UnsupportedTypeError, _request: RequestDetails) -> RemoveBgError:
    detail = f"Expected jpg/png/webp, received {error.received}"
    return RemoveBgError("invalid_file_type", "Invalid file type", detail)


def _file_too_large(_error: object, request: RequestDetails) -> RemoveBgError:
    detail = f"File exceeds limit of {request.settings.max_file_bytes / MIB:g}MB"
    return RemoveBgError("file_too_large", "File too large", detail)


def _too_large(detail: str) -> RemoveBgError:
    return RemoveBgError("resolution_too_high", "Image resolution too high", detail)


def _resolution(error: LimitError, request: RequestDetails) -> RemoveBgError:
    side = request.settings.max_side
    limit = f"maximum supported input resolution is {side}x{side} pixels"
    found = "more pixels than can be read"
    if isinstance(error, ResolutionTooBigError):
        width, height = error.size
        found = f"{width * height / 1e6:.1f} megapixels ({width}x{height})"
    image = "Background image" if error.subject is Subject.BACKGROUND else "Input image"
    return _too_large(f"{image} has {found}, {limit}")


def _answer_size(_error: object, _request: RequestDetails) -> RemoveBgError:
    return _too_large("The result is too large for this server to send. Use size=auto, or webp.")


def _download(error: DownloadError | UploadMissingError, request: RequestDetails) -> RemoveBgError:
    if error.subject is Subject.BACKGROUND:
        title = f"Failed to download image from given bg_image_url: {request.bg_url}"
        return RemoveBgError("failed_bg_download", title)
    title = f"Failed to download image from given image_url: {request.url}"
    return RemoveBgError("failed_image_download", title)


def _region_outside(_error: object, _request: RequestDetails) -> RemoveBgError:
    return RemoveBgError("roi_exceeds_bounds", "ROI exceeds image bounds")


def _region_empty(_error: object, _request: RequestDetails) -> RemoveBgError:
    return RemoveBgError("roi_region_empty", "ROI region is empty")


def _unavailable(error: Exception, _request: RequestDetails) -> RemoveBgError:
    return RemoveBgError("unavailable", str(error), status=503, headers=RETRY)


def _busy(_error: object, _request: RequestDetails) -> RemoveBgError:
    title = "The server is busy. Try again later."
    return RemoveBgError("unavailable", title, status=503, headers=RETRY)


def _broken(error: BrokenFormError, _request: RequestDetails) -> RemoveBgError:
    """Return the error with the parser's text, which names the place in a client's own form."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return RemoveBgError("invalid_request", error.detail, "" if cause is error else str(cause))


def _foreign_host(error: ForeignHostError, _request: RequestDetails) -> RemoveBgError:
    return RemoveBgError("misdirected_request", error.detail, status=error.status)


def _not_through_front(error: NotThroughFrontError, _request: RequestDetails) -> RemoveBgError:
    return RemoveBgError("forbidden", error.detail, status=error.status)


def _slow(error: TooSlowUploadError, _request: RequestDetails) -> RemoveBgError:
    title = "The request took too long to arrive."
    return RemoveBgError("timeout", title, status=408, headers=dict(error.headers))


MAKERS: dict[type, Callable[[Any, RequestDetails], RemoveBgError]] = {
    RemoveBgError: lambda error, _request: error,
    AnswerTooLargeError: _answer_size,
    BrokenFormError: _broken,
    DownloadError: _download,
    FileTooBigError: _file_too_large,
    ForeignHostError: _foreign_host,
    KeysUnavailableError: _busy,
    NotThroughFrontError: _not_through_front,
    RegionEmptyError: _region_empty,
    RegionOutsideError: _region_outside,
    RequestTooLargeError: _file_too_large,
    ResolutionTooBigError: _resolution,
    StorageError: _unavailable,
    TooBusyError: _busy,
    TooManyPixelsError: _resolution,
    TooSlowError: _unavailable,
    TooSlowUploadError: _slow,
    UnreadablePictureError: _unreadable,
    UnsupportedTypeError: _unsupported,
    UploadMissingError: _download,
}
