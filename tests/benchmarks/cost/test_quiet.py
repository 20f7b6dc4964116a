from functools import partial
from itertools import count

import pytest

from benchmarks.cost.quiet import BusyError, busy_share, wait_until_quiet

BEFORE = "cpu  1000 0 500 8000 100 0 0 0 0 0\ncpu0 1 2 3 4 5 6 7 8\n"


def reading(user: int, idle: int) -> str:
    """So many ticks after BEFORE."""
    return f"cpu  {1000 + user} 0 500 {8000 + idle} 100 0 0 0 0 0\n"


@pytest.mark.parametrize(("user", "idle", "share"), [(100, 100, 0.5), (0, 200, 0), (200, 0, 1)])
def test_the_share_is_of_the_ticks_that_passed(user: int, idle: int, share: float) -> None:
    assert busy_share(BEFORE, reading(user, idle)) == pytest.approx(share)


@pytest.mark.parametrize(("user", "quiet_enough"), [(12, True), (13, False)])
def test_a_quarter_of_a_processor_is_let_pass(user: int, quiet_enough: bool) -> None:
    """Read a machine of two processors that works `user` ticks of each hundred."""
    readings = (reading(user * passed, (100 - user) * passed) for passed in count())
    wait = partial(wait_until_quiet, 2, read=lambda: next(readings), pause=0, patience=0)
    if quiet_enough:
        wait()
    else:
        with pytest.raises(BusyError, match="of 2 processors"):
            wait()
