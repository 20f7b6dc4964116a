"""One picture's way through the rooms."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, TypeVar

from cutout.answer.answer import Answer
from cutout.answer.delivery import deliver
from cutout.answer.job import AnswerJob, Finished
from cutout.answer.results import failure
from cutout.answer.showing import Showing
from cutout.background_errors import of_background
from cutout.choices import Mode
from cutout.deadline import Deadline
from cutout.errors import PictureError, ProcessingFailedError, TooSlowError
from cutout.fetch.source import announce, fetch
from cutout.options import Options
from cutout.pictures import Composition, Picture
from cutout.receive.order import Order
from cutout.record import Facts, reason
from cutout.refine.refine import Sharpen
from cutout.settings import Settings
from cutout.source import Source
from cutout.stages import Stages
from cutout.storage.storage import Storage
from cutout.work import FileJob, PictureWork, Segmenter

if TYPE_CHECKING:
    from cutout.workers.child import Job
    from cutout.workers.pool import Workers

Result = TypeVar("Result")

SEED = Options()

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """An order in, an answer out; every failure of a picture is an answer too.

    Pictures are worked on in this process, by `segment` and `sharpen`, or by `workers` in theirs.
    """

    settings: Settings
    segment: Segmenter | None = None
    storage: Storage | None = None
    sharpen: Sharpen | None = None
    workers: "Workers[PictureWork] | None" = None
    overran: Event = field(default_factory=Event, init=False)
    """Set once a step has overrun its request's deadline, and may hang in this process."""
    _in_work: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_in_work", BoundedSemaphore(self.settings.concurrency))

    def __call__(self, order: Order, stages: Stages) -> Answer:
        source = announce(order.form)
        try:
            with stages.time("fetch"):
                until = order.deadline.earlier(self.settings.processing_seconds)
                source = fetch(order.form, self.settings, self.storage, until)
                options = self._with_background(order, until)
            with self._turn(order.deadline):  # a slow download is not work: others go on meanwhile
                limit = self.settings.max_answer_bytes
                job = AnswerJob(source, options, order.representation, limit)
                finished = self._run(job, order.deadline, stages)
            with stages.time("answer"):
                size, objects = finished.size, finished.objects
                showing = Showing.of(source, size, objects, options, order.representation)
                answer = deliver(showing, order, finished.file, finished.room, self.storage)
            return replace(answer, facts={**_bytes_in(source), **_sides(finished)})
        except PictureError as error:
            return _failed(source, error)
        except Exception:
            logger.exception("processing failed")
            return _failed(source, ProcessingFailedError())

    def give_up(self, order: Order) -> Answer:
        """The answer where the deadline has passed and `__call__` is still at it."""
        self.overran.set()
        return _failed(announce(order.form), TooSlowError())

    def cut_out(
        self,
        source: Source,
        options: Options = SEED,
        deadline: Deadline | None = None,
        stages: Stages | None = None,
    ) -> bytes:
        """A picture's file in, the finished file out, in the format that `options` name: the door
        for programs, without a request around it. Raises `PictureError`."""
        until = deadline or Deadline.after(self.settings.request_seconds)
        return self._run(FileJob(source, options), until, stages or Stages())

    def compose_picture(
        self, picture: Picture, options: Options, deadline: Deadline, stages: Stages
    ) -> Composition:
        """The finished pixels of a decoded picture. Raises `PictureError`."""
        return self.work.compose_picture(picture, options, deadline, stages)

    @property
    def work(self) -> PictureWork:
        """The stages of one picture, in this process."""
        if self.segment is None:
            raise RuntimeError("without a segmenter, workers do the work")
        return PictureWork(self.settings, self.segment, self.sharpen)

    def _run(self, job: "Job[PictureWork, Result]", deadline: Deadline, stages: Stages) -> Result:
        if self.workers is None:
            return job(self.work, deadline, stages)
        return self.workers(job, deadline, stages)

    def _with_background(self, order: Order, until: Deadline) -> Options:
        """The options with the form's background picture, if the mode has a use for one."""
        options, form = order.options, order.form.background
        if form is None or options.mode is Mode.FG_MASK:
            return options
        with of_background():
            picture = fetch(form, self.settings, self.storage, until)
        return replace(options, background=replace(options.background, picture=picture))

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


def _sides(finished: Finished) -> Facts:
    width, height = finished.size
    return {"width": width, "height": height}
