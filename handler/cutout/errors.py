"""Define the errors of pictures, with the texts that clients see.

A `PictureError` answers 200 with ``"code": "failure"``; `cutout.api.results` writes it. Errors that
refuse a request are in `cutout.request_errors`. Source: the reference API's README, "Possible
errors". Its texts are kept to the letter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from typing import ClassVar, Self

TYPE_NAMES = {
    "jp2": "JPEG 2000",
    "jpg": "JPEG",
    "jxl": "JPEG XL",
    "mov": "QuickTime",
    "webp": "WebP",
}
"""Names of types whose name is not their suffix in capitals."""
UNKNOWN = "unknown"


class Subject(StrEnum):
    """Name the file that an error is about."""

    PICTURE = "picture"
    BACKGROUND = "background"
    MASK = "mask"


class PictureError(Exception):
    """End the work on one picture; `message` is what the client reads."""

    message: ClassVar[str] = "Processing failed"

    def __str__(self) -> str:
        return self.message

    @property
    def outcome(self) -> str:
        """Return the error's name in the log."""
        return type(self).__name__.removesuffix("Error")


class ProcessingFailedError(PictureError):
    """Report a fault of the service; the log holds the cause."""


class FileError(PictureError):
    """Report a file that can't be used: the picture's, the background's or the mask's.

    In `message`, ``{which}`` becomes ``background `` or ``mask ``, and nothing for the picture.
    """

    other_outcome: ClassVar[str]
    """The error's name in the log if its subject, ``{}``, is not the picture."""
    subject: Subject = Subject.PICTURE

    def about(self, subject: Subject) -> Self:
        """Set the subject; return the error itself."""
        self.subject = subject
        return self

    def __str__(self) -> str:
        return self.message.format(which=self._which)

    @property
    def outcome(self) -> str:
        """Return the error's name in the log, which depends on the subject."""
        if self.subject is Subject.PICTURE:
            return super().outcome
        return self.other_outcome.format(self.subject.capitalize())

    @property
    def _which(self) -> str:
        return "" if self.subject is Subject.PICTURE else f"{self.subject} "


class UnreadablePictureError(FileError):
    """Report an empty, truncated or broken file."""

    message = "Can not load {which}image."
    other_outcome = "Unreadable{}"


class UnsupportedTypeError(FileError):
    """Report a file of a type that is not accepted.

    `received` is the type that the first bytes show, or `unknown`. The message names it if it is
    known and `named`, since its owner may not know. `accepted` lists the accepted types.
    """

    message = "Unsupported {which}file type{kind}. Only {accepted} images are accepted."
    other_outcome = "Unsupported{}"

    def __init__(
        self, received: str = UNKNOWN, accepted: str = "JPEG and PNG", *, named: bool = True
    ) -> None:
        self.received, self.accepted, self.named = received, accepted, named

    def __str__(self) -> str:
        name = TYPE_NAMES.get(self.received, self.received.upper())
        kind = f": {name}" if self.named and self.received != UNKNOWN else ""
        return self.message.format(which=self._which, kind=kind, accepted=self.accepted)


class DownloadError(FileError):
    """Report a failed download.

    The text is the same for every cause, so that it reveals nothing about networks that the client
    can't reach.
    """

    message = "Can not download {which}image from the URL."
    other_outcome = "{}Download"


class UploadMissingError(FileError):
    """Report an upload that is not in the storage: never sent, or expired."""

    message = "There is no such {which}upload. It may be incomplete, or older than a day."
    other_outcome = "{}UploadMissing"


class LimitError(FileError):
    """Report a file that is over a limit; `text` says which."""

    other_outcome = "{}Limit"

    @property
    def text(self) -> str:
        """Return the sentence about the picture's own file."""
        raise NotImplementedError

    def __str__(self) -> str:
        text = self.text
        which = self._which.capitalize()
        return f"{which}{text[0].lower()}{text[1:]}" if which else text


class TooManyPixelsError(LimitError):
    """Report more pixels than allowed: the reference API then names the limit, not the size."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @property
    def text(self) -> str:
        """Return the sentence with the limit."""
        return f"Resolution is too big: exceeds limit of {self.limit} pixels."


class ResolutionTooBigError(LimitError):
    """Report a side over the limit."""

    def __init__(self, size: tuple[int, int], max_side: int) -> None:
        self.size, self.max_side = size, max_side

    @property
    def text(self) -> str:
        """Return the sentence with the size and the limit."""
        width, height = self.size
        limit = f"{self.max_side}x{self.max_side}"
        return f"Resolution is too big: {width}x{height}. Max allowed resolution: {limit}"


class FileTooBigError(LimitError):
    """Report a file of the limit's size or more."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @property
    def text(self) -> str:
        """Return the sentence with the limit."""
        return f"File is too big. The size must be less than {self.limit / 1024**2:g} MB."


@contextmanager
def errors_about(subject: Subject) -> Iterator[None]:
    """Make `subject` the subject of the block's file errors.

    Other errors, such as those of the time or the storage, stay as they are.
    """
    try:
        yield
    except FileError as error:
        error.about(subject)
        raise


of_background = partial(errors_about, Subject.BACKGROUND)
of_mask = partial(errors_about, Subject.MASK)


class MaskSizeError(PictureError):
    """Report a mask that doesn't fit its picture. The API answers it with 400."""

    def __init__(self, mask: tuple[int, int], picture: tuple[int, int]) -> None:
        self.mask, self.picture = mask, picture

    def __str__(self) -> str:
        mask, picture = (f"{width}x{height}" for width, height in (self.mask, self.picture))
        return (
            f"The mask of {mask} pixels does not fit the picture of {picture}. "
            "Send one of the same size, or a smaller one of the same proportions."
        )


class RegionOutsideError(PictureError):
    """Report a region of interest that reaches past the picture."""

    message = "The region of interest exceeds the picture. Use 0% to 100%, or pixels within it."


class RegionEmptyError(PictureError):
    """Report a region of interest without a pixel."""

    message = "The region of interest is empty. Give its left, top, right and bottom."


class TooSlowError(PictureError):
    """Report that the request's time is over."""

    message = "Processing took too long. Try again, or send a smaller picture."


class AnswerTooLargeError(PictureError):
    """Report an answer that is too large for the platform where no storage could take it."""

    message = "The result is too large to be sent. Ask for mode fg-mask, or send a smaller picture."


class NoStorageError(PictureError):
    """Report a link or an upload asked of a server without storage."""

    message = "This server has no storage for links. Ask for representation=base64."


class StorageError(PictureError):
    """Report a storage that is down, full, or refuses.

    The log holds the cause; so do `causes`, if there are any, which clients don't see. `is_busy`
    says that the storage is there but overloaded or faulty: a later attempt may succeed.
    """

    message = (
        "The storage can not be reached. Try again later, ask for mode fg-mask, "
        "or send a smaller picture."
    )

    def __init__(self, *causes: str, is_busy: bool = False) -> None:
        super().__init__(*causes)
        self.is_busy = is_busy


class KeyTooLongError(PictureError):
    """Report a picture of a bucket whose output's key, of `size` bytes, is longer than allowed."""

    def __init__(self, size: int, limit: int) -> None:
        self.size, self.limit = size, limit

    def __str__(self) -> str:
        return (
            f"The key of its output would have {self.size} bytes, and S3 accepts {self.limit}. "
            "Shorten the picture's key."
        )


class ChangedMeanwhileError(StorageError):
    """Report an object that was overwritten after it was examined."""
