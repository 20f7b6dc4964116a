"""The same failures, of the background's picture: the answer says which of the two it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from cutout.errors import (
    DownloadError,
    FileTooBigError,
    PictureError,
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
    UploadMissingError,
)


class UnreadableBackgroundError(PictureError):
    """Empty, truncated or broken file."""

    message = "Can not load background image."


class UnsupportedBackgroundError(PictureError):
    """The bytes begin like no file that is accepted."""

    def __init__(self, found: UnsupportedTypeError | None = None) -> None:
        self.found = found or UnsupportedTypeError()

    def __str__(self) -> str:
        return self.found.describe("background file")


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
        raise UnsupportedBackgroundError(error) from error
    except tuple(OTHERS) as error:
        raise OTHERS[type(error)] from error
