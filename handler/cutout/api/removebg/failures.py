"""Map every exception to the error that remove.bg's clients expect."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException

from cutout.api.removebg.errors import DoorError
from cutout.compose.roi import RegionEmptyError, RegionOutsideError
from cutout.errors import (
    AnswerTooLargeError,
    DownloadError,
    FileTooBigError,
    LimitError,
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
    KeysUnavailableError,
    RequestTooLargeError,
    TooBusyError,
    TooSlowUploadError,
)
from cutout.settings import MIB, Settings

INTERNAL = "internal_error"
RETRY = {"Retry-After": "5"}


@dataclass(frozen=True)
class Asked:
    """Hold the values that an error's text may quote: the request's URLs and the limits."""

    settings: Settings
    url: str = ""
    bg_url: str = ""


def door_error(error: Exception, asked: Asked) -> DoorError:
    """Return the error for any exception; an unknown one becomes status 500."""
    for kind in type(error).__mro__:
        if kind in MAKERS:
            return MAKERS[kind](error, asked)
    return DoorError(INTERNAL, "Processing failed", status=500)


def _unreadable(_error: object, _asked: Asked) -> DoorError:
    return DoorError("failed_to_read_image", "There was an error reading the image.")


def _unsupported(error: UnsupportedTypeError, _asked: Asked) -> DoorError:
    detail = f"Expected jpg/png/webp, received {error.received}"
    return DoorError("invalid_file_type", "Invalid file type", detail)


def _file_too_large(_error: object, asked: Asked) -> DoorError:
    detail = f"File exceeds limit of {asked.settings.max_file_bytes / MIB:g}MB"
    return DoorError("file_too_large", "File too large", detail)


def _too_large(detail: str) -> DoorError:
    return DoorError("resolution_too_high", "Image resolution too high", detail)


def _resolution(error: LimitError, asked: Asked) -> DoorError:
    side = asked.settings.max_side
    limit = f"maximum supported input resolution is {side}x{side} pixels"
    found = "more pixels than can be read"
    if isinstance(error, ResolutionTooBigError):
        width, height = error.size
        found = f"{width * height / 1e6:.1f} megapixels ({width}x{height})"
    image = "Background image" if error.subject is Subject.BACKGROUND else "Input image"
    return _too_large(f"{image} has {found}, {limit}")


def _answer_size(_error: object, _asked: Asked) -> DoorError:
    return _too_large("The result is too large for this server to send. Use size=auto, or webp.")


def _download(error: DownloadError | UploadMissingError, asked: Asked) -> DoorError:
    if error.subject is Subject.BACKGROUND:
        title = f"Failed to download image from given bg_image_url: {asked.bg_url}"
        return DoorError("failed_bg_download", title)
    title = f"Failed to download image from given image_url: {asked.url}"
    return DoorError("failed_image_download", title)


def _region_outside(_error: object, _asked: Asked) -> DoorError:
    return DoorError("roi_exceeds_bounds", "ROI exceeds image bounds")


def _region_empty(_error: object, _asked: Asked) -> DoorError:
    return DoorError("roi_region_empty", "ROI region is empty")


def _unavailable(error: Exception, _asked: Asked) -> DoorError:
    return DoorError("unavailable", str(error), status=503, headers=RETRY)


def _busy(_error: object, _asked: Asked) -> DoorError:
    title = "The server is busy. Try again later."
    return DoorError("unavailable", title, status=503, headers=RETRY)


def _broken(_error: object, _asked: Asked) -> DoorError:
    return DoorError("invalid_request", "There was an error parsing the body")


def _slow(error: TooSlowUploadError, _asked: Asked) -> DoorError:
    title = "The request took too long to arrive."
    return DoorError("timeout", title, status=408, headers=dict(error.headers))


def _http(error: HTTPException, _asked: Asked) -> DoorError:
    code = "not_found" if error.status_code == 404 else "method_not_allowed"
    headers = dict(error.headers or {})
    return DoorError(code, error.detail, status=error.status_code, headers=headers)


MAKERS: dict[type, Callable[[Any, Asked], DoorError]] = {
    DoorError: lambda error, _asked: error,
    HTTPException: _http,
    AnswerTooLargeError: _answer_size,
    BrokenFormError: _broken,
    DownloadError: _download,
    FileTooBigError: _file_too_large,
    KeysUnavailableError: _busy,
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
