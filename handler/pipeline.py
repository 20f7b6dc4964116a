"""One picture's way through the rooms."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from struct import Struct
from threading import BoundedSemaphore
from typing import TypeAlias

from handler.answer.answer import Answer
from handler.answer.delivery import deliver, png_room
from handler.answer.results import failure
from handler.compose.compose import compose
from handler.deadline import Deadline
from handler.decode.decode import decode
from handler.encode.fit import encode_to_fit
from handler.errors import PictureError, ProcessingFailedError, TooSlowError
from handler.fetch.source import announce, fetch
from handler.pictures import Alpha, Composition, Picture, Source
from handler.receive.order import Order
from handler.record import Facts, reason
from handler.refine.refine import Sharpen, refine
from handler.settings import Settings
from handler.stages import Stages
from handler.storage.storage import Storage

Segmenter: TypeAlias = Callable[[Picture], Alpha]

PNG_SIZE = Struct(">II")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """An order in, an answer out; every failure of a picture is an answer too."""

    settings: Settings
    segment: Segmenter
    storage: Storage | None = None
    sharpen: Sharpen | None = None
    _in_work: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_in_work", BoundedSemaphore(self.settings.concurrency))

    def __call__(self, order: Order, stages: Stages) -> Answer:
        source = announce(order.form)
        try:
            with stages.time("fetch"):
                until = order.deadline.earlier(self.settings.processing_seconds)
                source = fetch(order.form, self.settings, self.storage, until)
            room = png_room(source, order, self.settings.max_answer_bytes)
            with self._turn(order.deadline):  # a slow download is not work: others go on meanwhile
                png = self.cut_out(source, order, room, stages)
            with stages.time("answer"):
                answer = deliver(source, order, png, room, self.storage)
            return replace(answer, facts={**_bytes_in(source), **_size_of(png)})
        except PictureError as error:
            return _failed(source, error)
        except Exception:
            logger.exception("processing failed")
            return _failed(source, ProcessingFailedError())

    def give_up(self, order: Order) -> Answer:
        """The answer where the deadline has passed and `__call__` is still at it."""
        return _failed(announce(order.form), TooSlowError())

    def cut_out(self, source: Source, order: Order, room: int | None, stages: Stages) -> bytes:
        """A PNG file, of at most `room` bytes if it can be had; raises `PictureError`."""
        # what may take longer to be better asks this one, so that the storage has its time
        budget = order.deadline.earlier(self.settings.storing_seconds)
        composition = self._compose(source, order, budget, stages)
        with stages.time("encode"):
            return encode_to_fit(composition, room, budget)

    def _compose(
        self, source: Source, order: Order, budget: Deadline, stages: Stages
    ) -> Composition:
        with stages.time("decode"):
            picture = decode(source.content, self.settings)
        _require_time(order.deadline)
        with stages.time("segment"):
            coarse = self.segment(picture)
        _require_time(order.deadline)
        with stages.time("refine"):
            until = budget.within(self.settings.edge_seconds)
            alpha = refine(coarse, picture, self.sharpen, until)
        with stages.time("compose"):
            return compose(picture, alpha, order.mode)

    @contextmanager
    def _turn(self, deadline: Deadline) -> Iterator[None]:
        """Waits for a free place among the pictures in work; raises `TooSlowError`."""
        if not self._in_work.acquire(timeout=deadline.remaining()):
            raise TooSlowError
        try:
            yield
        finally:
            self._in_work.release()


def _failed(source: Source, error: PictureError) -> Answer:
    facts: Facts = {"outcome": reason(error), **_bytes_in(source)}
    return Answer(failure(source, error), facts=facts)


def _bytes_in(source: Source) -> Facts:
    return {"file_bytes": len(source.content)}


def _size_of(png: bytes) -> Facts:
    """From where a PNG file says it."""
    width, height = PNG_SIZE.unpack_from(png, 16)
    return {"width": width, "height": height}


def _require_time(deadline: Deadline) -> None:
    if not deadline.remaining():
        raise TooSlowError
