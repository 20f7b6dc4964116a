"""Adapt HTTP/1.1 for uvicorn: how requests are parsed, and when answers are sent.

Bodies in tiny chunks are refused, whole URLs are accepted as targets, and an early answer waits for
the request's body.
"""

import re

import h11
from anyio import move_on_after
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from cutout.request_errors import MIN_CHUNK_BYTES, SmallChunksError

ABSOLUTE_FORM = re.compile(
    rb"https?://(?P<host>[^/?#]+)(?P<path>[^?#]*)(?P<rest>.*)", re.IGNORECASE
)

FREE_CHUNKS = 1000
"""Chunks of any size at the beginning of a body: some clients send a form's texts in small ones."""


class Http1Connection(h11.Connection):
    """Parse a client's requests; refuse bodies in tiny chunks.

    A target that is a whole URL counts as its path and query, and its host as `Host` (RFC 9112,
    3.2.2).
    """

    has_small_chunks = False
    """Whether the body is refused. `Lingering` tells the app, which answers."""
    _chunks = 0
    _bytes = 0

    def __init__(self) -> None:
        super().__init__(h11.SERVER)

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return the next event; raise `h11.RemoteProtocolError` for a bad or refused request."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._chunks = self._bytes = 0
            return _origin_form(event)
        if isinstance(event, h11.Data):
            self._count(event)
        return event

    def _count(self, data: h11.Data) -> None:
        self._chunks += data.chunk_end
        self._bytes += len(data.data)
        if self._chunks > FREE_CHUNKS and self._bytes < self._chunks * MIN_CHUNK_BYTES:
            self.has_small_chunks = True
            raise h11.RemoteProtocolError(SmallChunksError.detail)


def _origin_form(request: h11.Request) -> h11.Request:
    """Return the request with a path as its target."""
    match = ABSOLUTE_FORM.fullmatch(request.target)
    if match is None:
        return request
    others = [(name, value) for name, value in request.headers if name != b"host"]
    return h11.Request(
        method=request.method,
        headers=[(b"host", match["host"]), *others],
        target=(match["path"] or b"/") + match["rest"],
        http_version=request.http_version,
    )


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

    def __init__(
        self, connection: Http1Connection, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._connection, self._receive, self._send = connection, receive, send
        self._closes = scope["http_version"] == "1.0" or _closes(Headers(scope=scope))
        self._body_is_begun, self._body_is_read, self._end_is_held = False, False, False

    async def receive(self) -> Message:
        """Return the next message of the request; uvicorn then sends `100 Continue` if needed.

        Raise `SmallChunksError` if the rest of the body is refused.
        """
        message = await self._read()
        if message["type"] == "http.request" and self._connection.has_small_chunks:
            raise SmallChunksError
        return message

    async def send(self, message: Message) -> None:
        """Send a message: the start of an answer and its end once the body is there."""
        if message["type"] == "http.response.start":
            if not self._body_is_begun:
                await self._drop_body()
            self._closes = self._closes or _closes(Headers(raw=message["headers"]))
        is_end = message["type"] == "http.response.body" and not message.get("more_body", False)
        self._end_is_held = is_end and self._closes and not self._body_is_read
        await self._send({**message, "more_body": True} if self._end_is_held else message)

    async def finish(self) -> None:
        """Drop what is left of the body, and end the answer."""
        if self._end_is_held:
            await self._drop_body()
            await self._send({"type": "http.response.body", "body": b""})

    async def _drop_body(self) -> None:
        """Drop what is left of the body, for `LINGER_SECONDS` at most."""
        with move_on_after(LINGER_SECONDS):
            while not self._body_is_read:
                await self._read()

    async def _read(self) -> Message:
        self._body_is_begun = True
        message = await self._receive()
        self._body_is_read = (
            not message.get("more_body", False) or self._connection.has_small_chunks
        )
        return message


def _closes(headers: Headers) -> bool:
    return "close" in headers.get("connection", "").lower()
