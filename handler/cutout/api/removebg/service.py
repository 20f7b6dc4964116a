"""Fetch a request's pictures and process them."""

import logging
from dataclasses import dataclass, replace

from cutout.api.removebg.errors import unknown_foreground
from cutout.api.removebg.job import Made, MakeJob
from cutout.api.removebg.parameters import Wanted
from cutout.api.service import ENVELOPE_BYTES
from cutout.errors import PictureError, ProcessingFailedError, of_background
from cutout.fetch.source import fetch
from cutout.options import Options
from cutout.pipeline import Pipeline
from cutout.request import PictureForm
from cutout.timing import Clock, Deadline, Stages

HEADER_BYTES = 2048
"""Bytes reserved for an answer's headers, in addition to Lambda's `ENVELOPE_BYTES`."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """Cut out pictures for clients of remove.bg, with the pipeline that also serves `/v1`."""

    pipeline: Pipeline

    def __call__(
        self, form: PictureForm, wanted: Wanted, deadline: Deadline, stages: Stages
    ) -> Made:
        """Return the file; raise `PictureError`, or `DoorError` if there is no foreground."""
        try:
            made = self._made(form, wanted, Clock(deadline, stages))
        except PictureError:
            raise
        except Exception as error:
            logger.exception("processing failed")
            raise ProcessingFailedError from error
        if made is None:
            raise unknown_foreground()
        return made

    def _made(self, form: PictureForm, wanted: Wanted, clock: Clock) -> Made | None:
        pipeline = self.pipeline
        with clock.time("fetch"):
            until = clock.deadline.earlier(pipeline.settings.processing_seconds)
            source = fetch(form, pipeline.settings, pipeline.storage, until)
            options = self._with_background(wanted.options, form, until)
        with pipeline.slot(clock.deadline):
            job = MakeJob(source, replace(wanted, options=options), self._room())
            return pipeline.run(job, clock)

    def _with_background(self, options: Options, form: PictureForm, until: Deadline) -> Options:
        """Return the options with the form's background picture, which a mask does not need."""
        if form.background is None or options.draws_mask:
            return options
        with of_background():
            picture = fetch(form.background, self.pipeline.settings, self.pipeline.storage, until)
        return replace(options, background=replace(options.background, picture=picture))

    def _room(self) -> int | None:
        """Return the maximum size in bytes of a file sent as base64; None is no limit."""
        limit = self.pipeline.settings.max_answer_bytes
        if limit is None:
            return None
        return max(0, limit - ENVELOPE_BYTES - HEADER_BYTES) // 4 * 3
