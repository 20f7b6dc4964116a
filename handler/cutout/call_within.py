"""A call that is waited for no longer than it may take."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

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
