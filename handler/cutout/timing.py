"""Deadlines, the time of each step, and calls that are waited for no longer than allowed."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic, perf_counter
from typing import Self, TypeVar


@dataclass(frozen=True)
class Deadline:
    """A moment that whoever may take long asks about: the download, the refinement, the stronger
    compression, the storage. Each leaves some of the time to those that come after it."""

    end: float  # of `time.monotonic`

    @classmethod
    def after(cls, seconds: float) -> Self:
        """So many seconds from now."""
        return cls(monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left; 0 where there are none."""
        return max(0.0, self.end - monotonic())

    def earlier(self, seconds: float) -> Self:
        """The same, less what others will need."""
        return type(self)(self.end - seconds)

    def within(self, seconds: float) -> Self:
        """The same, and at most so many seconds from now."""
        return type(self)(min(self.end, monotonic() + seconds))


class Stages:
    """Collects ``{stage: milliseconds}`` of one request in the order they ran."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Adds the block's duration to `stage`, also when it raises."""
        start = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - start) * 1000
            self.milliseconds[stage] = self.milliseconds.get(stage, 0.0) + spent

    def rounded(self) -> dict[str, float]:
        """What there is so far, to a tenth of a millisecond: the pipeline may still be at it."""
        return {stage: round(time, 1) for stage, time in list(self.milliseconds.items())}

    def headers(self) -> dict[str, str]:
        """A `Server-Timing` header (W3C Server Timing)."""
        spent = (f"{stage};dur={time}" for stage, time in self.rounded().items())
        return {"Server-Timing": ", ".join(spent)}


Result = TypeVar("Result")


class StillRunningError(Exception):
    """The call isn't done, and goes on."""


def call_within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return the call's result, or raise what it raises; raise `StillRunningError` where it isn't
    done within `seconds`. It runs on a thread that is then left behind, and does not keep the
    process from ending."""
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
