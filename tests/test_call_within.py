import ctypes
from time import monotonic

import pytest

from cutout.timing import StillRunningError, call_within


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
