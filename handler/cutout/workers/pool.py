"""Run jobs in worker processes: native code that hangs or crashes costs one job."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import Empty, Queue
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from cutout.errors import TooSlowError
from cutout.signals import handlers_deferred, stopping_handlers
from cutout.timing import Deadline, Stages
from cutout.workers.child import Context, Job, JobOutcome, JobRequest, serve_jobs

Result = TypeVar("Result")

MAX_START_SECONDS = 60.0
"""Time limit for a process to become ready. The networks load in half a second."""
GRACE_SECONDS = 1.0
"""Time after its deadline in which a job may still end by itself. Jobs check the deadline between
their steps, and waiting is cheaper than a new process."""

logger = logging.getLogger(__name__)


class WorkerDiedError(RuntimeError):
    """Report that a process ended in the middle of a job.

    The cause is a crash in native code or a lack of memory.
    """


class Worker(Generic[Context]):
    """Run one job at a time in its own process, and replace the process if a job hangs.

    The process starts at construction. It is spawned, not forked, because the threads of the parent
    and of onnxruntime do not survive a fork.
    """

    def __init__(
        self, build: Callable[[], Context], start_seconds: float = MAX_START_SECONDS
    ) -> None:
        self._build, self._start_seconds = build, start_seconds
        self._is_ready = self._is_closed = False
        self._replacing = Lock()
        self._start()

    def wait(self, seconds: float = inf) -> None:
        """Return when the process is ready; raise what its `build` raised, or `TooSlowError`."""
        if self._is_ready:
            return
        if not self._connection.poll(None if seconds == inf else seconds):
            raise TooSlowError
        try:
            error: Exception | None = self._connection.recv()
        except (EOFError, OSError) as ended:
            raise WorkerDiedError("a worker process ended while it started") from ended
        if error is not None:
            raise error
        self._is_ready = True

    def run(self, job: Job[Context, Result], deadline: Deadline, stages: Stages) -> Result:
        """Return the job's result and add its times to `stages`.

        Raise what the job raises, `TooSlowError` if it overruns the deadline, or `WorkerDiedError`.
        After the last two, a new process is started.
        """
        outcome = self._outcome(job, deadline)
        for stage, spent in outcome.milliseconds.items():
            stages.milliseconds[stage] = stages.milliseconds.get(stage, 0.0) + spent
        if outcome.error is not None:
            raise outcome.error
        result: Result = outcome.result
        return result

    def close(self) -> None:
        """End the process for good, even in the middle of a job, which raises `WorkerDiedError`."""
        with self._replacing:
            self._is_closed = True
            self._end()

    def _outcome(self, job: Job[Context, Result], deadline: Deadline) -> JobOutcome:
        if not self._process.is_alive():  # the system has ended it since the last job
            self._replace()
        try:
            self.wait(deadline.remaining())
        except TooSlowError:
            if monotonic() - self._started > self._start_seconds:
                self._replace()
            raise
        except Exception:
            self._replace()
            raise
        try:
            return self._exchange(JobRequest(job, deadline.remaining()))
        except BaseException:  # part of a message may be left in the pipe
            self._replace()
            raise

    def _exchange(self, request: JobRequest[Context]) -> JobOutcome:
        """Send the request and return the outcome."""
        patience = None if request.seconds == inf else request.seconds + GRACE_SECONDS
        try:
            self._connection.send(request)
            if not self._connection.poll(patience):
                logger.error("processing of a picture hangs: its process is replaced")
                raise TooSlowError
            outcome: JobOutcome = self._connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError("a worker process ended in the middle of a picture") from error
        return outcome

    def _replace(self) -> None:
        with self._replacing:
            if not self._is_closed:
                self._end()
                self._connection.close()
                self._start()

    def _end(self) -> None:
        self._process.kill()
        self._process.join()

    def _start(self) -> None:
        """Start a process. If that fails, keep the old one, which is dead."""
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process: SpawnProcess = context.Process(
            target=serve_jobs, args=(theirs, self._build), daemon=True
        )
        try:
            resource_tracker.ensure_running()  # its first start unblocks signals
            with _signals_held():
                process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._process, self._started = process, monotonic()
        self._connection: Connection[Any, Any] = ours
        self._is_ready = False


class Workers(Generic[Context]):
    """Run `count` jobs at once, each for at most `job_seconds`, called from any number of threads.

    `build` is a picklable function that each process calls for the context of its jobs.
    """

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
        """Return when all processes are ready. Raise what `build` raised in one."""
        for worker in self._all:
            worker.wait()

    def __call__(self, job: Job[Context, Result], deadline: Deadline, stages: Stages) -> Result:
        """Run the job as `Worker.run` does.

        Raise `TooSlowError` also if no process becomes free in time.
        """
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
        """End all processes, also in the middle of a job."""
        for worker in self._all:
            worker.close()


@contextmanager
def _signals_held() -> Iterator[None]:
    """Start processes that never see the signals that the parent handles, such as Ctrl-C.

    The signal mask is inherited; Windows has none. The parent handles its own signals after the
    block: a process that gets only a part of its first message prints a traceback.
    """
    with handlers_deferred(), _signals_blocked():
        yield


@contextmanager
def _signals_blocked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *stopping_handlers()})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
