"""Take the rest of a request's body after its answer, before the connection is closed."""

from anyio import move_on_after
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

LINGER_SECONDS = 30.0
"""Seconds that a client has to finish a body that nobody reads."""


class Lingering:
    """Pass a request's messages on, and hold back the end of an answer that comes early.

    uvicorn closes a connection that isn't kept alive as soon as its answer ends. If bytes of the
    body are unread then, TCP resets the connection, and a client that is still sending reports
    that in place of the answer. With `Content-Length`, the answer is complete for the client
    before it ends.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._closes = scope["http_version"] == "1.0" or _closes(Headers(scope=scope))
        self._is_read, self._is_held = False, False

    async def receive(self) -> Message:
        """Return the next message of the request."""
        message = await self._receive()
        self._is_read = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a message, but not the end of an answer to a body that is still to come."""
        if message["type"] == "http.response.start":
            self._closes = self._closes or _closes(Headers(raw=message["headers"]))
        is_end = message["type"] == "http.response.body" and not message.get("more_body", False)
        self._is_held = is_end and self._closes and not self._is_read
        await self._send({**message, "more_body": True} if self._is_held else message)

    async def finish(self) -> None:
        """Drop what is left of the body, for `LINGER_SECONDS` at most, and end the answer."""
        if not self._is_held:
            return
        with move_on_after(LINGER_SECONDS):
            while not self._is_read:
                await self.receive()
        await self._send({"type": "http.response.body", "body": b""})


def _closes(headers: Headers) -> bool:
    return "close" in headers.get("connection", "").lower()
