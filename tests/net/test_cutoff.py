import socket
from time import monotonic, sleep

import pytest

from cutout.net.limits import Cutoff, current_cutoff
from cutout.timing import Deadline


def test_a_watched_read_ends_with_it() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Cutoff(Deadline.after(0.2)) as cutoff:
        cutoff.watch(ours)
        start = monotonic()
        assert ours.recv(1) == b"", "as if the other side had closed"
        assert monotonic() - start < 5


def test_a_connection_that_comes_too_late_is_closed() -> None:
    ours, theirs = socket.socketpair()
    with theirs, Cutoff(Deadline.after(0)) as cutoff, pytest.raises(TimeoutError):
        cutoff.watch(ours)
    assert ours.fileno() == -1


def test_what_is_done_in_time_is_left_alone() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Cutoff(Deadline.after(0.1)) as cutoff:
            cutoff.watch(ours)
        sleep(0.2)
        theirs.sendall(b"x")
        assert ours.recv(1) == b"x"


def test_each_transfer_has_its_own() -> None:
    with Cutoff(Deadline.after(5)) as outer:
        with Cutoff(Deadline.after(5)) as inner:
            assert current_cutoff.get() is inner
        assert current_cutoff.get() is outer
