"""Limit a transfer's total time and its announced size."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from threading import Lock, Timer
from types import TracebackType
from typing import Self

from cutout.timing import Deadline


class Cutoff:
    """Shut the watched sockets at a deadline.

    That ends any read or write on them, however slowly the bytes arrive.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._sockets: list[socket.socket] = []
        self._lock = Lock()
        self._timer = Timer(deadline.remaining(), self._expire)
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

    def watch(self, connection: socket.socket) -> None:
        """Shut `connection` at the deadline; close it and raise `TimeoutError` if that is over.

        A duplicate is kept, because TLS takes the original's descriptor away. Shutting either one
        ends the connection.
        """
        with self._lock:
            if not self._deadline.remaining():
                connection.close()
                raise TimeoutError
            self._sockets.append(connection.dup())

    def _expire(self) -> None:
        with self._lock:
            for duplicate in self._sockets:
                with suppress(OSError):  # the peer was gone already
                    duplicate.shutdown(socket.SHUT_RDWR)


current_cutoff: ContextVar[Cutoff] = ContextVar("current_cutoff")
"""Cutoff of the transfer in this context; connections report to it."""

MAX_DIGITS = 18  # Python refuses to read numbers of thousands of digits


def exceeds(headers: Mapping[str, str], limit: int) -> bool:
    """Return whether `Content-Length` announces more than `limit` bytes.

    A missing or malformed header announces nothing.
    """
    announced = headers.get("content-length", "")
    if not (announced.isascii() and announced.isdecimal()):
        return False
    return len(announced) > MAX_DIGITS or int(announced) > limit
