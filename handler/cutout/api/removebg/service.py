"""Fetch a request's pictures and have the file made."""

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
"""Bytes kept for an answer's headers, beside what every answer needs on Lambda."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """Cut out pictures for this door by the pipeline that serves our own API as well."""

    pipeline: Pipeline

    def __call__(
        self, form: PictureForm, wanted: Wanted, deadline: Deadline, stages: Stages
    ) -> Made:
        """Return the file. Raises `PictureError`, and `DoorError` where nothing is foreground."""
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
        """Return the options with the form's background picture. A mask has no use for one."""
        if form.background is None or options.draws_mask:
            return options
        with of_background():
            picture = fetch(form.background, self.pipeline.settings, self.pipeline.storage, until)
        return replace(options, background=replace(options.background, picture=picture))

    def _room(self) -> int | None:
        """Return how large a file may be, in bytes, which goes as base64; None: as large as it
        is."""
        limit = self.pipeline.settings.max_answer_bytes
        if limit is None:
            return None
        return max(0, limit - ENVELOPE_BYTES - HEADER_BYTES) // 4 * 3
