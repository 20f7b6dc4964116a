"""Run the local server: uvicorn, with a limit on how long answers may wait to be read.

`cutout.api.http1` adapts what it reads and sends.
"""

import logging
from asyncio import TimerHandle, get_running_loop
from errno import EMFILE, ENFILE, ENOBUFS, ENOMEM
from socket import SO_SNDBUF, SOL_SOCKET
from time import monotonic
from typing import TYPE_CHECKING

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from cutout.api.admission import CONNECTION
from cutout.api.http1 import Http1Connection, Lingering
from cutout.timing import Elapsed

if TYPE_CHECKING:
    from asyncio import BaseTransport


MAX_UNREAD_SECONDS = 120.0
"""Seconds after which a client that doesn't read a chunk of its answer is cut off. uvicorn itself
would keep the answer in memory for any time. A proxy with a slow client seems to read nothing for
up to a minute, until a third of the 4 MB in its own send buffer has left."""
SEND_BUFFER_BYTES = 128 * 1024
"""Size of the system's send buffer for a connection. By default it grows to megabytes and reports
progress only when a third of it is free, so that a slow client would seem to read nothing."""

KEEP_ALIVE_SECONDS = 130
"""Seconds that an idle connection stays open: longer than proxies keep it by default (AWS's load
balancers and nginx 60, Caddy 120), so that none sends a request while it is being closed."""
BACKLOG = 128
"""Connections that may wait to be accepted. While there are no file descriptors left, asyncio
tries to accept as many each second: with uvicorn's 2,048, that takes a quarter of a processor."""


class PacedProtocol(H11Protocol):
    """Limit how long a connection waits for its client to read, and to send a request's head."""

    conn: Http1Connection
    max_unread_seconds = MAX_UNREAD_SECONDS
    max_head_seconds: float = KEEP_ALIVE_SECONDS
    _inner: ASGIApp
    _unread_since: float | None = None
    _timer: TimerHandle | None = None
    _head_timer: TimerHandle | None = None

    def connection_made(self, transport: "BaseTransport") -> None:
        """Report every waiting byte, and give the app the connection.

        With a limit of 0, asyncio's TLS would report an empty buffer as full.
        """
        super().connection_made(transport)  # type: ignore[arg-type]
        self.conn = Http1Connection()
        self.transport.set_write_buffer_limits(high=1, low=0)
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER_BYTES)
        self._inner, self.app = self.app, self._with_connection
        self._await_head()

    def on_response_complete(self) -> None:
        """Wait for the next request's head. uvicorn itself waits for its first byte only."""
        self._await_head()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that can't be parsed, and close; only close if its answer has begun.

        The app answers itself if the body's chunks are too small. For HEAD only close: its answer
        can't hold the message.
        """
        is_unanswered = self.conn.our_state is h11.SEND_RESPONSE
        if self.conn.has_small_chunks and is_unanswered:
            self.flow.pause_reading()
            self.cycle.keep_alive = False
            self.cycle.message_event.set()
        elif self.conn.our_state is h11.IDLE or (is_unanswered and self.scope["method"] != "HEAD"):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """Start the client's time: some bytes have not been read."""
        super().pause_writing()
        self._unread_since = monotonic()
        self._timer = get_running_loop().call_later(self.max_unread_seconds, self.abort)

    def resume_writing(self) -> None:
        """Stop the client's time: all bytes have been read."""
        super().resume_writing()
        self._stop_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the client's time: the connection is closed."""
        super().connection_lost(exc)
        self._stop_timer()
        self._stop_head_timer()

    @property
    def unread_seconds(self) -> float:
        """Return the seconds that bytes have waited for the client to read them; 0 if none wait."""
        return 0.0 if self._unread_since is None else monotonic() - self._unread_since

    def abort(self) -> None:
        """Close the connection without sending the bytes that wait."""
        self.transport.abort()

    async def _with_connection(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._stop_head_timer()
        lingering = Lingering(self.conn, scope, receive, send)
        await self._inner({**scope, CONNECTION: self}, lingering.receive, lingering.send)
        await lingering.finish()

    def _await_head(self) -> None:
        self._stop_head_timer()
        self._head_timer = get_running_loop().call_later(
            self.max_head_seconds, self.transport.close
        )

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_timer(self) -> None:
        self._unread_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


REPEAT_SECONDS = 60.0
EXHAUSTED = frozenset({EMFILE, ENFILE, ENOBUFS, ENOMEM})
RETRY = "_start_serving"
"""The function of asyncio that accepts connections again."""


class AcceptErrors(logging.Filter):
    """Log a lack of file descriptors as one line, and again after `repeat_seconds`.

    asyncio accepts connections again a second after it ran out of descriptors. Until then clients
    wait, but it logs a traceback for each of its attempts (`BACKLOG`), and another one for each if
    the server has stopped by then.
    """

    def __init__(self, repeat_seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self._repeat_seconds = repeat_seconds
        self._logged: Elapsed | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record; put one line in the place of a traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ValueError) and RETRY in record.getMessage():
            return False  # the server has stopped: its socket is closed
        if not isinstance(error, OSError) or error.errno not in EXHAUSTED:
            return True
        if self._logged is not None and self._logged.seconds() < self._repeat_seconds:
            return False
        self._logged = Elapsed()
        record.msg = "New connections wait (%s). Limit them in a proxy, or raise `ulimit -n`."
        record.args, record.exc_info = (error.strerror,), None
        return True


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    certificate: str | None = None,
    protocol: type[PacedProtocol] = PacedProtocol,
) -> None:
    """Serve until the process is told to end. `certificate` is a PEM file that also holds the key.

    The app logs its requests itself, because uvicorn's log would hold their queries.
    """
    logging.getLogger("asyncio").addFilter(AcceptErrors())
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        backlog=BACKLOG,
        http=protocol,
        ssl_certfile=certificate,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
