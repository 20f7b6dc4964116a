import socket
from threading import enumerate as threads

import pytest

from cutout.net.limits import Cutoff, current_cutoff
from cutout.timing import Deadline


def test_a_watched_read_ends_with_it() -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    with ours, theirs, Cutoff(Deadline.after(2)) as cutoff:
        cutoff.watch(ours)
        assert ours.recv(1) == b"", "as if the other side had closed"


def test_a_connection_that_comes_too_late_is_closed() -> None:
    ours, theirs = socket.socketpair()
    with theirs, Cutoff(Deadline.after(0)) as cutoff, pytest.raises(TimeoutError):
        cutoff.watch(ours)
    assert ours.fileno() == -1


def test_what_is_done_in_time_is_left_alone() -> None:
    before = set(threads())
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Cutoff(Deadline.after(300)) as cutoff:
            cutoff.watch(ours)
            (timer,) = set(threads()) - before
        timer.join(60)
        assert not timer.is_alive(), "it would still shut the socket"
        theirs.sendall(b"x")
        assert ours.recv(1) == b"x"


def test_each_transfer_has_its_own() -> None:
    with Cutoff(Deadline.after(5)) as outer:
        with Cutoff(Deadline.after(5)) as inner:
            assert current_cutoff.get() is inner
        assert current_cutoff.get() is outer
