"""Several worker processes, one job each."""

from collections.abc import Callable
from math import inf
from queue import Empty, Queue
from typing import Generic, TypeVar

from cutout.errors import TooSlowError
from cutout.timing import Deadline, Stages
from cutout.workers.child import Context, Job
from cutout.workers.worker import MAX_START_SECONDS, Worker

Result = TypeVar("Result")


class Workers(Generic[Context]):
    """Callable from as many threads as one likes; `count` jobs run at once, each for at most
    `job_seconds`. `build` makes what a process holds (a picklable function, called in each)."""

    def __init__(
        self,
        build: Callable[[], Context],
        count: int,
        job_seconds: float = inf,
        start_seconds: float = MAX_START_SECONDS,
    ) -> None:
        self._all = [Worker(build, start_seconds) for _ in range(count)]
        self._job_seconds = job_seconds
        self._free: Queue[Worker[Context]] = Queue()
        for worker in self._all:
            self._free.put(worker)

    def wait(self) -> None:
        """Return when all processes are ready; raise what `build` raised in one."""
        for worker in self._all:
            worker.wait()

    def __call__(self, job: Job[Context, Result], deadline: Deadline, stages: Stages) -> Result:
        """See `Worker.run`; raises `TooSlowError`, too, where no process comes free in time."""
        try:
            seconds = deadline.remaining()
            worker = self._free.get(timeout=None if seconds == inf else seconds)
        except Empty:
            raise TooSlowError from None
        try:
            return worker.run(job, deadline.within(self._job_seconds), stages)
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        for worker in self._all:
            worker.close()
