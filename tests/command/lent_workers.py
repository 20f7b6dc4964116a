"""Lend worker processes from test to test: their start is the expensive part of a small run."""

import os
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from cutout import engine
from cutout.settings import Settings
from cutout.timing import NO_DEADLINE, Deadline, Stages
from cutout.work import PictureWork
from cutout.workers.child import Job
from cutout.workers.pool import Result, Workers

MAX_IDLE = 4
"""Pools that wait for their next test. Each process takes some 60 MB."""
DESCRIPTORS = Path("/proc/self/fd")
"""Where one process can open what another has open (Linux)."""


@dataclass(frozen=True)
class Surroundings:
    """A job that gives a process what it would have inherited if it had started now."""

    folder: str
    environment: dict[str, str]
    parent: int

    def __call__(self, _context: PictureWork, _deadline: Deadline, _stages: Stages) -> None:
        """Take over the folder, the environment and the two outputs."""
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(self.environment)
        for output in (1, 2):
            there = os.open(f"/proc/{self.parent}/fd/{output}", os.O_WRONLY | os.O_APPEND)
            os.dup2(there, output)
            os.close(there)


class LentWorkers:
    """Stand in for `Workers`. Closed, they go back to the lender unless they are still at work."""

    def __init__(self, workers: Workers[PictureWork], lender: "Lender", key: object) -> None:
        self._workers, self._lender, self._key = workers, lender, key
        self._lock, self._busy, self._is_ready = Lock(), 0, False

    def wait(self) -> None:
        """Return when all processes are ready. Raise what their start raised."""
        self._workers.wait()
        self._is_ready = True

    def __call__(self, job: Job[PictureWork, Result], deadline: Deadline, stages: Stages) -> Result:
        """Run a job as `Workers` do."""
        with self._lock:
            self._busy += 1
        try:
            return self._workers(job, deadline, stages)
        finally:
            with self._lock:
                self._busy -= 1

    def close(self) -> None:
        """Give the processes back, or end them in the middle of a job or if they never started."""
        with self._lock:
            is_fit = self._is_ready and not self._busy
        if is_fit:
            self._lender.take_back(self._key, self._workers)
        else:
            self._workers.close()


class Lender:
    """Keep idle pools by what they were started for."""

    def __init__(self) -> None:
        self._idle: deque[tuple[object, Workers[PictureWork]]] = deque()

    def open_workers(
        self, settings: Settings, count: int, threads: int, *, masked: bool = False
    ) -> LentWorkers:
        """Stand in for `engine.open_workers`."""
        build = engine.open_mask_work if masked else engine.open_work
        key = (build, settings.model_dump_json(), str(settings.model), count, threads)
        for each in self._idle:
            if each[0] == key:
                self._idle.remove(each)
                workers = each[1]
                self._move(workers, count)
                break
        else:
            start = partial(build, settings, threads)
            workers = Workers(start, count, settings.picture_seconds)
        return LentWorkers(workers, self, key)

    def take_back(self, key: object, workers: Workers[PictureWork]) -> None:
        """Keep a pool for a later test, and end the one that nobody has wanted for longest."""
        self._idle.append((key, workers))
        while len(self._idle) > MAX_IDLE:
            self._idle.popleft()[1].close()

    def close(self) -> None:
        """End all processes."""
        while self._idle:
            self._idle.pop()[1].close()

    def _move(self, workers: Workers[PictureWork], count: int) -> None:
        """Give each process, the longest idle one first, the surroundings of this test."""
        surroundings = Surroundings(str(Path.cwd()), dict(os.environ), os.getpid())
        for _ in range(count):
            workers(surroundings, NO_DEADLINE, Stages())
