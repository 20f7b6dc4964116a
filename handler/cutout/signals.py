"""Handle signals after what they must not interrupt."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any, TypeAlias

TERMINATING = ("SIGTERM", "SIGHUP")
"""Signals that end a run in order. A closed terminal sends the second, which Windows lacks."""
Handler: TypeAlias = Callable[[int, FrameType | None], Any]


def stopping_handlers() -> dict[int, Handler]:
    """Return the handlers of the signals that end this process in order."""
    numbers = [getattr(signal, name) for name in ("SIGINT", *TERMINATING) if hasattr(signal, name)]
    found = {number: signal.getsignal(number) for number in numbers}
    return {number: handler for number, handler in found.items() if callable(handler)}


@contextmanager
def handlers_deferred() -> Iterator[None]:
    """Call the `stopping_handlers` of signals that arrive during the block after it.

    Do nothing on other threads than the main one, since handlers never interrupt them.

    A signal mask is not enough, since the system gives a signal to any thread that takes it.
    """
    if current_thread() is not main_thread():
        yield
        return
    before, arrived, is_over = stopping_handlers(), list[int](), False

    def defer(number: int, frame: FrameType | None) -> None:
        if is_over:  # a signal has ended the loop below, so this handler stays
            before[number](number, frame)
        else:
            arrived.append(number)

    try:
        for number in before:
            signal.signal(number, defer)
        yield
    finally:
        is_over = True
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in arrived:
            signal.raise_signal(number)
