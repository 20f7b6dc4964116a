import ctypes
import re
from math import inf
from time import monotonic, perf_counter, sleep

import pytest

from cutout.timing import NO_DEADLINE, Clock, Deadline, Stages, StillRunningError, call_within


def test_it_counts_down_to_zero_and_not_below() -> None:
    deadline = Deadline.after(0.05)
    first = deadline.remaining()
    assert 0 < first <= 0.05
    sleep(0.06)
    assert deadline.remaining() == 0
    assert Deadline.after(-1).remaining() == 0


def test_earlier_leaves_time_to_others() -> None:
    deadline = Deadline.after(10)
    assert 6 < deadline.earlier(3).remaining() <= 7
    assert deadline.earlier(11).remaining() == 0


def test_within_takes_whichever_end_comes_first() -> None:
    deadline = Deadline.after(10)
    assert 2 < deadline.within(3).remaining() <= 3
    assert 9 < deadline.within(60).remaining() <= 10
    clock = Clock(deadline)
    assert 2 < clock.within(3).deadline.remaining() <= 3
    assert clock.within(3).stages is clock.stages


def test_it_raises_where_that_is_asked_for_and_it_is_over() -> None:
    assert 9 < Deadline.after(10).remaining_or_raise() <= 10
    with pytest.raises(TimeoutError):
        Deadline.after(0).remaining_or_raise()


def test_no_deadline_is_never_over() -> None:
    assert NO_DEADLINE.remaining_or_raise() == inf


def test_stages_add_up_in_order_and_survive_errors() -> None:
    stages, start = Stages(), perf_counter()
    with stages.time("first"):
        sleep(0.01)
    with pytest.raises(ValueError, match="boom"), stages.time("second"):
        raise ValueError("boom")
    with stages.time("first"):
        sleep(0.01)
    assert 20 <= stages.milliseconds["first"] <= (perf_counter() - start) * 1000
    assert list(stages.milliseconds) == ["first", "second"]
    value = stages.headers()["Server-Timing"]
    assert re.fullmatch(r"first;dur=\d+\.\d, second;dur=\d+\.\d", value), value


def test_the_result_or_the_error_is_the_calls() -> None:
    assert call_within(10, lambda: 7) == 7
    with pytest.raises(TimeoutError, match="its own"):
        call_within(10, _fail)


def _fail() -> None:
    raise TimeoutError("its own")


def test_a_call_that_hangs_in_native_code_is_left_behind() -> None:
    start = monotonic()
    with pytest.raises(StillRunningError):
        call_within(0.2, lambda: ctypes.CDLL(None).sleep(3600))
    assert 0.2 <= monotonic() - start < 5
