"""Limits on a transfer: its total time and its announced size."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from threading import Lock, Timer
from time import monotonic
from types import TracebackType
from typing import Self


class Cutoff:
    """Counts down from its creation. At zero it shuts the watched sockets, which ends any read or
    write on them, however the bytes trickle."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._lock = Lock()
        self._timer = Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        self._token = current_cutoff.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        current_cutoff.reset(self._token)
        self._timer.cancel()
        with self._lock:
            for duplicate in self._sockets:
                duplicate.close()
            self._sockets.clear()

    def remaining(self) -> float:
        """Seconds left; raises `TimeoutError` where there are none."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def watch(self, connection: socket.socket) -> None:
        """Shuts `connection` at the end. It keeps a duplicate, because TLS will take the
        original's descriptor away; shutting either one ends the connection."""
        with self._lock:
            if monotonic() >= self._end:
                connection.close()
                raise TimeoutError
            self._sockets.append(connection.dup())

    def _expire(self) -> None:
        with self._lock:
            for duplicate in self._sockets:
                with suppress(OSError):  # the peer was gone already
                    duplicate.shutdown(socket.SHUT_RDWR)


current_cutoff: ContextVar[Cutoff] = ContextVar("current_cutoff")
"""The end of the transfer that runs in this context; connections report to it."""

MAX_DIGITS = 18  # Python refuses to read numbers of thousands of digits


def exceeds(headers: Mapping[str, str], limit: int) -> bool:
    """Whether the header announces more than `limit` bytes; an absurd or absent one doesn't."""
    announced = headers.get("content-length", "")
    if not (announced.isascii() and announced.isdecimal()):
        return False
    return len(announced) > MAX_DIGITS or int(announced) > limit
