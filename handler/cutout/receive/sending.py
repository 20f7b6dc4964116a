"""Answers that are sent no faster than their client reads, and places that they hold meanwhile."""

from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

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
