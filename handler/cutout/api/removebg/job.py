"""Cut out one picture for a client of remove.bg."""

from dataclasses import dataclass, field, replace

from cutout.api.removebg.parameters import FULL_PIXELS, PNG_PIXELS, Wanted
from cutout.choices import FileFormat
from cutout.compose.objects import object_box
from cutout.encode.squeeze import squeeze, to_size
from cutout.errors import AnswerTooLargeError
from cutout.layout import Bound, Size
from cutout.options import Source
from cutout.pictures import Box, Composition
from cutout.timing import Clock, Deadline, Stages
from cutout.work import PictureWork

SENDING_SECONDS = 1.0
"""Seconds of the request's time that are left for sending the answer."""


@dataclass(frozen=True)
class Made:
    """Hold a finished file.

    `size` is its width and height in pixels, `max_size` the largest size that any request could
    get, and `foreground` the box around the foreground in the file's pixels.
    """

    file: bytes = field(repr=False)
    format: FileFormat
    size: Size
    max_size: Size
    foreground: Box


@dataclass(frozen=True)
class MakeJob:
    """Cut out a picture for an answer of at most `room` bytes (None: no limit).

    It is a job for `cutout.workers`.
    """

    source: Source
    wanted: Wanted
    room: int | None

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> Made | None:
        """Return the file, or None if the picture has no object.

        Raise `PictureError`; `AnswerTooLargeError` means that the file can't be made small enough.
        """
        options = self.wanted.options
        clock = Clock(deadline, stages)
        composition = work.compose(self.source, options, clock)
        if not composition.objects:
            return None
        options = replace(options, format=self._format(composition))
        limit = FULL_PIXELS
        if options.format is FileFormat.PNG:
            limit = PNG_PIXELS
            composition = _bounded(composition, Bound(limit))
        with clock.time("encode"):
            until = deadline.earlier(SENDING_SECONDS)
            shrinks = self.wanted.may_shrink
            squeezed = squeeze(composition, options, self.room, until, may_shrink=shrinks)
        if self.room is not None and len(squeezed.file) > self.room:
            raise AnswerTooLargeError
        shown = squeezed.composition
        largest = Bound(limit).of(composition.full_size or composition.size)
        box = object_box(shown.objects or ()) or Box(0, 0, *shown.size)
        return Made(squeezed.file, options.format, shown.size, largest, box)

    def _format(self, composition: Composition) -> FileFormat:
        """Return the requested format; for `auto`, PNG if any pixel is transparent, else JPEG."""
        if not self.wanted.auto_format:
            return self.wanted.options.format
        pixels = composition.pixels
        transparent = pixels.ndim == 3 and pixels.shape[2] == 4 and pixels[..., 3].min() < 255
        return FileFormat.PNG if transparent else FileFormat.JPG


def _bounded(composition: Composition, bound: Bound) -> Composition:
    size = bound.of(composition.size)
    return composition if size == composition.size else to_size(composition, size)
