"""Signals that arrive while something must not be interrupted."""

import signal
import sys
from collections.abc import Iterator
from types import FrameType

import pytest

from cutout.signals import handlers_deferred, stopping_handlers


@pytest.fixture(autouse=True)
def _handled() -> Iterator[None]:
    """Raise `KeyboardInterrupt` for each signal that ends a run, as the command does."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {each: signal.signal(each, signal.default_int_handler) for each in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_is_handled_after_the_block() -> None:
    steps = []

    def work() -> None:
        with handlers_deferred():
            signal.raise_signal(signal.SIGTERM)
            steps.append("done")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert steps == ["done"]


@pytest.mark.parametrize("change", range(6))
def test_a_signal_while_handlers_change_disables_no_later_one(change: int) -> None:
    """Three handlers are replaced before the block, and three after it."""
    changes = iter(range(6))

    def interrupt(frame: FrameType, event: str, _: object) -> None:
        changed = event == "return" and frame.f_code is signal.signal.__code__
        if changed and next(changes) == change:
            sys.setprofile(None)
            signal.raise_signal(signal.SIGTERM)

    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt), handlers_deferred():
            pass
    finally:
        sys.setprofile(None)
    for number in stopping_handlers():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
