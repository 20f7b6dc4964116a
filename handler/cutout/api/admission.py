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
    """What the local server knows of a request's connection."""

    @property
    def unread_seconds(self) -> float:
        """How long bytes of ours have waited to be taken; 0 where none wait."""

    def abort(self) -> None:
        """Close it at once; what is still to be sent is dropped."""


class PacedResponse(Response):
    """A response whose sending ends when the client, or the system for it, has taken all of it.

    A server buffers each message of a body whole, and waits before the next until the buffer is
    empty: so the body goes in chunks, and an empty one behind the last.
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


UNREAD_SECONDS = 2.0
"""A client that has taken nothing of its answer for so long may lose its place to another."""


class Places:
    """A dependency that holds a place from before a request's body is read until its answer is
    sent, so that no more bodies and answers are in memory than there are places. (The app runs on
    one loop, which counts without a lock.)"""

    def __init__(self, settings: Settings) -> None:
        self._free = settings.concurrency + settings.waiting
        self._holders: list[Connection | None] = []

    async def __call__(self, request: Request) -> AsyncGenerator[None, None]:
        """Raises `TooBusyError` where none is free, and no client is too slow to keep its own."""
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
        """Cut off the client that has left its answer unread for longest."""
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
