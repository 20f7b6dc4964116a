"""Limit how many requests are held in memory, from the body to the last byte of the answer."""

from collections.abc import AsyncGenerator
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cutout.request_errors import TooBusyError
from cutout.settings import Settings

CHUNK_BYTES = 64 * 1024
CONNECTION = "cutout.connection"
"""The key of an ASGI scope under which the local server puts the request's `Connection`."""


class Connection(Protocol):
    """Report on a request's connection, as the local server knows it."""

    @property
    def unread_seconds(self) -> float:
        """Return the seconds that bytes have waited for the client to read them; 0 if none wait."""

    def abort(self) -> None:
        """Close the connection at once and drop what is still to be sent."""


class PacedResponse(Response):
    """Send a response no faster than its client reads, until the client has taken all of it.

    A server buffers each message of a body whole and waits before the next until the buffer is
    empty. So the body is sent in chunks, with an empty one behind the last.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the response."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        body = bytes(self.body)
        for at in range(0, len(body), CHUNK_BYTES):
            chunk = body[at : at + CHUNK_BYTES]
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


UNREAD_SECONDS = 10.0
"""Seconds after which a client that reads nothing of its answer may lose its slot to another. A
proxy reads in bursts, every 2 s for a client with 2 Mbit/s and 5 s with 1 Mbit/s."""


class Admission:
    """Hold a slot from before a request's body is read until its answer is sent.

    No more bodies and answers are in memory than there are slots. The app runs on one event loop,
    so that counting needs no lock. A FastAPI dependency.
    """

    def __init__(self, settings: Settings) -> None:
        self._free = settings.concurrency + settings.waiting
        self._holders: list[Connection | None] = []

    async def __call__(self, request: Request) -> AsyncGenerator[None, None]:
        """Take a free slot, or that of a slow reader; else raise `TooBusyError`."""
        if not self._free:
            self._take_from_the_slowest()
        connection: Connection | None = request.scope.get(CONNECTION)
        self._free -= 1
        self._holders.append(connection)
        try:
            yield
        finally:
            self._give_back(connection)

    def _take_from_the_slowest(self) -> None:
        """Close the connection that has left its answer unread for longest, and free its slot."""
        unread = [each for each in self._holders if each and each.unread_seconds >= UNREAD_SECONDS]
        if not unread:
            raise TooBusyError
        slowest = max(unread, key=lambda each: each.unread_seconds)
        slowest.abort()
        self._give_back(slowest)

    def _give_back(self, connection: Connection | None) -> None:
        if connection in self._holders:  # it may have been taken
            self._holders.remove(connection)
            self._free += 1
