"""Receive a request's unread body, so that its client gets the answer."""

from anyio import move_on_after
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

LINGER_SECONDS = 30.0
"""Seconds that a client has to finish a body that is not read."""


class Lingering:
    """Pass a request's messages on, but hold an early answer back until the body has arrived.

    Many clients do not look for an answer while they send. Some proxies (Caddy, Traefik) pass an
    early answer on and then close the connection; such clients report only the closed connection.
    So a request that is refused unread is answered once its body is there.

    If the body was read in part, only the end of the answer is held back. uvicorn closes a
    connection that isn't kept alive as soon as its answer ends. If bytes of the body are unread
    then, TCP resets the connection. With `Content-Length`, the answer is complete for the client
    before it ends.

    A client that waits for `100 Continue` is told to send, also before it is refused. Some take
    another answer badly: Go 1.19 sends its next request in place of the body, and Java 17 hangs.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._closes = scope["http_version"] == "1.0" or _closes(Headers(scope=scope))
        self._is_begun, self._is_read, self._is_held = False, False, False

    async def receive(self) -> Message:
        """Return the next message of the request; uvicorn then sends `100 Continue` if needed."""
        self._is_begun = True
        message = await self._receive()
        self._is_read = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a message: the start of an answer and its end once the body is there."""
        if message["type"] == "http.response.start":
            if not self._is_begun:
                await self._drop_body()
            self._closes = self._closes or _closes(Headers(raw=message["headers"]))
        is_end = message["type"] == "http.response.body" and not message.get("more_body", False)
        self._is_held = is_end and self._closes and not self._is_read
        await self._send({**message, "more_body": True} if self._is_held else message)

    async def finish(self) -> None:
        """Drop what is left of the body, and end the answer."""
        if self._is_held:
            await self._drop_body()
            await self._send({"type": "http.response.body", "body": b""})

    async def _drop_body(self) -> None:
        """Drop what is left of the body, for `LINGER_SECONDS` at most."""
        with move_on_after(LINGER_SECONDS):
            while not self._is_read:
                await self.receive()


def _closes(headers: Headers) -> bool:
    return "close" in headers.get("connection", "").lower()
