"""One picture's way through the rooms."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import TypeAlias

from handler.answer.results import failure, success
from handler.compose.compose import compose
from handler.decode.decode import decode
from handler.encode.png import encode_png
from handler.errors import PictureError, ProcessingFailedError
from handler.fetch.source import announce, fetch
from handler.pictures import Alpha, Mode, Picture, Source
from handler.receive.form import PictureForm
from handler.refine.refine import refine
from handler.settings import Settings
from handler.stages import Stages

Segmenter: TypeAlias = Callable[[Picture], Alpha]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """Form and mode in, the answer's JSON out; every failure of a picture is an answer too."""

    settings: Settings
    segment: Segmenter
    _in_work: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_in_work", BoundedSemaphore(self.settings.concurrency))

    def __call__(self, form: PictureForm, mode: Mode, stages: Stages) -> bytes:
        source = announce(form)
        try:
            with stages.time("fetch"):
                source = fetch(form, self.settings)
            with self._in_work:  # a slow download is not work: others go on meanwhile
                png = self.cut_out(source, mode, stages)
        except PictureError as error:
            return failure(source, error)
        except Exception:
            logger.exception("processing failed")
            return failure(source, ProcessingFailedError())
        with stages.time("answer"):
            return success(source, mode, png)

    def cut_out(self, source: Source, mode: Mode, stages: Stages) -> bytes:
        """A PNG file; raises `PictureError`."""
        with stages.time("decode"):
            picture = decode(source.content, self.settings)
        with stages.time("segment"):
            coarse = self.segment(picture)
        with stages.time("refine"):
            alpha = refine(coarse, picture)
        with stages.time("compose"):
            composition = compose(picture, alpha, mode)
        with stages.time("encode"):
            return encode_png(composition)
