from time import sleep

from cutout.timing import Deadline


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
