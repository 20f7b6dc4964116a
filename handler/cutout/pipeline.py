"""Work on pictures, a few at a time, in this process or in worker processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, TypeVar

from cutout.errors import TooSlowError
from cutout.options import Options, Source
from cutout.refine.refine import Sharpen
from cutout.settings import Settings
from cutout.storage.storage import Storage
from cutout.timing import Clock, Deadline
from cutout.work import CutOutFile, FileJob, PictureWork, Segmenter

if TYPE_CHECKING:
    from cutout.workers.child import Job
    from cutout.workers.pool import Workers


Result = TypeVar("Result")


@dataclass(frozen=True)
class Pipeline:
    """Run pictures through `PictureWork`, at most `Settings.concurrency` at once.

    They are processed in this process, by `segment` and `sharpen`, or by `workers` in theirs.
    """

    settings: Settings
    segment: Segmenter | None = None
    storage: Storage | None = None
    sharpen: Sharpen | None = None
    workers: "Workers[PictureWork] | None" = None
    overran: Event = field(default_factory=Event, init=False)
    """Set when a step has overrun its request's deadline and may hang in this process."""
    _slots: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_slots", BoundedSemaphore(self.settings.concurrency))

    def cut_out(
        self, source: Source, options: Options | None = None, clock: Clock | None = None
    ) -> bytes:
        """Return the finished file in the format that `options` name. Raise `PictureError`.

        Without options the file is as the reference API makes it; without a clock the picture has
        `Settings.request_seconds`.
        """
        until = clock or Clock(Deadline.after(self.settings.request_seconds))
        return self.cut_out_file(source, options or Options(), until).content

    def cut_out_file(self, source: Source, options: Options, clock: Clock) -> CutOutFile:
        """Return the finished file with its size and quality. Raise `PictureError`."""
        return self.run(FileJob(source, options), clock)

    @property
    def work(self) -> PictureWork:
        """Return the steps of one picture in this process.

        Raise `RuntimeError` if workers run them.
        """
        if self.segment is None:
            raise RuntimeError("without a segmenter, workers do the work")
        return PictureWork(self.settings, self.segment, self.sharpen)

    def run(self, job: "Job[PictureWork, Result]", clock: Clock) -> Result:
        """Return the job's result, or raise its error."""
        if self.workers is None:
            return job(self.work, clock.deadline, clock.stages)
        return self.workers(job, clock.deadline, clock.stages)

    @contextmanager
    def slot(self, deadline: Deadline) -> Iterator[None]:
        """Hold one of the slots for pictures. Raise `TooSlowError` if none becomes free in time."""
        if not self._slots.acquire(timeout=deadline.remaining()):
            raise TooSlowError
        try:
            yield
        finally:
            self._slots.release()
