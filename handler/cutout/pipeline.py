"""Work on pictures, a few at a time, in this process or in worker processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, TypeVar

from cutout.errors import TooSlowError
from cutout.options import Options, Source
from cutout.pictures import Composition, Picture
from cutout.refine.refine import Sharpen
from cutout.settings import Settings
from cutout.storage.storage import Storage
from cutout.timing import Deadline, Stages
from cutout.work import FileJob, PictureWork, Segmenter

if TYPE_CHECKING:
    from cutout.workers.child import Job
    from cutout.workers.pool import Workers


Result = TypeVar("Result")

SEED = Options()


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
        return self.run(FileJob(source, options), until, stages or Stages())

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

    def run(self, job: "Job[PictureWork, Result]", deadline: Deadline, stages: Stages) -> Result:
        if self.workers is None:
            return job(self.work, deadline, stages)
        return self.workers(job, deadline, stages)

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """Waits for a free place among the pictures in work; raises `TooSlowError`."""
        if not self._in_work.acquire(timeout=deadline.remaining()):
            raise TooSlowError
        try:
            yield
        finally:
            self._in_work.release()
