"""Measure and limit time: deadlines, the time of each step, and calls with a time limit."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from threading import Thread
from time import monotonic, perf_counter, time
from typing import Self, TypeVar


@dataclass(frozen=True)
class Deadline:
    """Hold the moment at which a request must be done.

    Steps that may take long (the download, the refinement, the stronger compression, the storage)
    ask it, and leave some of the time to the steps after them.
    """

    end: float  # of `time.monotonic`

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Return a deadline `seconds` from now."""
        return cls(monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds left, 0 if there are none."""
        return max(0.0, self.end - monotonic())

    def remaining_or_raise(self) -> float:
        """Return the seconds left, more than 0; raise `TimeoutError` if there are none."""
        left = self.remaining()
        if not left:
            raise TimeoutError
        return left

    def earlier(self, seconds: float) -> Self:
        """Return the deadline moved `seconds` ahead, which leaves them to later steps."""
        return type(self)(self.end - seconds)

    def within(self, seconds: float) -> Self:
        """Return this deadline, or `seconds` from now if that is sooner."""
        return type(self)(min(self.end, monotonic() + seconds))


NO_DEADLINE = Deadline(inf)


class Elapsed:
    """Measure seconds since construction, also while AWS Lambda has the instance frozen.

    The clock that has advanced more counts: the monotonic clock may stand still while the instance
    is frozen (reported in hashicorp/vault-lambda-extension#150), and the wall clock may be set
    back.
    """

    def __init__(self) -> None:
        self._monotonic, self._wall = monotonic(), time()

    def seconds(self) -> float:
        """Return the seconds, at least 0."""
        return max(monotonic() - self._monotonic, time() - self._wall)


class Stages:
    """Collect the milliseconds of a request's steps, in the order in which they ran."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the block's duration to `stage`, also if it raises."""
        start = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - start) * 1000
            self.milliseconds[stage] = self.milliseconds.get(stage, 0.0) + spent

    def rounded(self) -> dict[str, float]:
        """Return the times so far, to a tenth of a millisecond. A step may still be running."""
        return {stage: round(spent, 1) for stage, spent in list(self.milliseconds.items())}

    def headers(self) -> dict[str, str]:
        """Return a `Server-Timing` header (W3C Server Timing)."""
        spent = (f"{stage};dur={spent}" for stage, spent in self.rounded().items())
        return {"Server-Timing": ", ".join(spent)}


@dataclass(frozen=True)
class Clock:
    """Hold the time of one picture: its deadline, and what each step has taken."""

    deadline: Deadline
    stages: Stages = field(default_factory=Stages)

    def time(self, stage: str) -> AbstractContextManager[None]:
        """Add the duration of a ``with`` block to `stage`."""
        return self.stages.time(stage)

    def within(self, seconds: float) -> Self:
        """Return the clock with `Deadline.within`."""
        return replace(self, deadline=self.deadline.within(seconds))


Result = TypeVar("Result")


class StillRunningError(Exception):
    """Report a call that exceeds its time limit and is still running."""


def call_within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return the call's result, or raise what it raises.

    Raise `StillRunningError` if it isn't done within `seconds`: its thread is then left behind, and
    does not keep the process from ending.
    """
    answer: Future[Result] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001  # the caller raises it
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    if not wait([answer], seconds).done:
        raise StillRunningError
    return answer.result()
