"""Fetch and cut out the pictures of one request."""

import logging
from dataclasses import dataclass, field, replace

import numpy as np

from cutout.api.removebg.errors import unknown_foreground
from cutout.api.removebg.parameters import FULL_PIXELS, PNG_PIXELS, ParsedOptions
from cutout.api.service import ENVELOPE_BYTES
from cutout.choices import FileFormat
from cutout.compose.objects import object_box
from cutout.encode.squeeze import squeeze, to_size
from cutout.errors import AnswerTooLargeError, PictureError, ProcessingFailedError, of_background
from cutout.fetch.source import fetch
from cutout.layout import Bound, Size
from cutout.options import Options, Source
from cutout.pictures import Box, Composition, Quality
from cutout.pipeline import Pipeline
from cutout.request import PictureForm
from cutout.timing import Clock, Deadline, Stages
from cutout.work import PictureWork

HEADER_BYTES = 2048
"""Bytes reserved for an answer's headers, in addition to Lambda's `ENVELOPE_BYTES`."""
SENDING_SECONDS = 1.0
"""Seconds of the request's time that are left for sending the answer."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CutOutFile:
    """Hold a finished file.

    `size` is its width and height in pixels, `max_size` the largest size that any request could
    get, and `foreground` the box around the foreground in the file's pixels.
    """

    content: bytes = field(repr=False)
    format: FileFormat
    size: Size
    max_size: Size
    foreground: Box
    quality: Quality | None = None


@dataclass(frozen=True)
class CutOutJob:
    """Cut out a picture for an answer of at most `byte_budget` bytes (None: no limit).

    It is a job for `cutout.workers`.
    """

    source: Source
    parsed: ParsedOptions
    byte_budget: int | None

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> CutOutFile | None:
        """Return the file, or None if the picture has no object.

        Raise `PictureError`; `AnswerTooLargeError` means that the file can't be made small enough.
        """
        options = self.parsed.options
        clock = Clock(deadline, stages)
        composition = work.compose(self.source, options, clock)
        if not composition.objects:
            return None
        options = replace(options, format=self._format(composition))
        limit = FULL_PIXELS
        if options.format is FileFormat.PNG:
            limit = PNG_PIXELS
            composition = _with_alpha(_bounded(composition, Bound(limit)))
        with clock.time("encode"):
            until = deadline.earlier(SENDING_SECONDS)
            shrinks = self.parsed.may_shrink
            encoding = work.encoding(options)
            squeezed = squeeze(composition, encoding, self.byte_budget, until, may_shrink=shrinks)
        if self.byte_budget is not None and len(squeezed.file) > self.byte_budget:
            raise AnswerTooLargeError
        shown = squeezed.composition
        largest = Bound(limit).of(composition.full_size or composition.size)
        box = object_box(shown.objects or ()) or Box(0, 0, *shown.size)
        return CutOutFile(
            squeezed.file, options.format, shown.size, largest, box, composition.quality
        )

    def _format(self, composition: Composition) -> FileFormat:
        """Return the requested format; for `auto`, PNG if any pixel is transparent, else JPEG."""
        if not self.parsed.auto_format:
            return self.parsed.options.format
        pixels = composition.pixels
        transparent = pixels.ndim == 3 and pixels.shape[2] == 4 and pixels[..., 3].min() < 255
        return FileFormat.PNG if transparent else FileFormat.JPG


def _bounded(composition: Composition, bound: Bound) -> Composition:
    size = bound.of(composition.size)
    return composition if size == composition.size else to_size(composition, size)


def _with_alpha(composition: Composition) -> Composition:
    """Return RGB pixels as RGBA, because remove.bg's PNGs always have an alpha channel."""
    pixels = composition.pixels
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        return composition
    opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    return replace(composition, pixels=np.concatenate([pixels, opaque], 2))


@dataclass(frozen=True)
class Service:
    """Cut out pictures for clients of remove.bg, with the pipeline that also serves `/v1`."""

    pipeline: Pipeline

    def __call__(
        self, form: PictureForm, parsed: ParsedOptions, deadline: Deadline, stages: Stages
    ) -> CutOutFile:
        """Return the file; raise `PictureError`, or `RemoveBgError` if there is no foreground."""
        try:
            result = self._cut_out(form, parsed, Clock(deadline, stages))
        except PictureError:
            raise
        except Exception as error:
            logger.exception("processing failed")
            raise ProcessingFailedError from error
        if result is None:
            raise unknown_foreground()
        return result

    def _cut_out(self, form: PictureForm, parsed: ParsedOptions, clock: Clock) -> CutOutFile | None:
        pipeline = self.pipeline
        with clock.time("fetch"):
            until = clock.deadline.earlier(pipeline.settings.processing_seconds)
            source = fetch(form, pipeline.settings, pipeline.storage, until)
            options = self._with_background(parsed.options, form, until)
        with pipeline.slot(clock.deadline):
            job = CutOutJob(source, replace(parsed, options=options), self._byte_budget())
            return pipeline.run(job, clock)

    def _with_background(self, options: Options, form: PictureForm, until: Deadline) -> Options:
        """Return the options with the form's background picture, which a mask does not need."""
        if form.background is None or options.draws_mask:
            return options
        with of_background():
            picture = fetch(form.background, self.pipeline.settings, self.pipeline.storage, until)
        return replace(options, background=replace(options.background, picture=picture))

    def _byte_budget(self) -> int | None:
        """Return the maximum size in bytes of a file sent as base64; None is no limit."""
        limit = self.pipeline.settings.max_answer_bytes
        if limit is None:
            return None
        return max(0, limit - ENVELOPE_BYTES - HEADER_BYTES) // 4 * 3
