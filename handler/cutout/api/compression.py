"""Compress JSON answers and the page with gzip for clients that accept it.

Clients weigh content codings in `Accept-Encoding` (RFC 9110, section 12.5.3).
"""

import re
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cutout.api.admission import CHUNK_BYTES
from cutout.api.gateway import needs_text
from cutout.api.service import ENVELOPE_BYTES
from cutout.gzipped import gzip_compressor

ELEMENT = re.compile(
    r"(?P<name>[!#$%&'*+.^_`|~0-9a-z-]+)"
    r"(?:[ \t]*;[ \t]*q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)
GZIP = ("gzip", "x-gzip")
EVERYTHING = "*"


@dataclass(frozen=True)
class Accepted:
    """Hold the weights, 0..1, of gzip and of no coding; 0 means that the client refuses it.

    A client that does not mention `identity` accepts it, but prefers what it does mention.
    """

    gzip: float = 0.0
    identity: float | None = None

    @classmethod
    def by(cls, header: str) -> Self:
        """Return what an `Accept-Encoding` says. Ignore invalid elements."""
        weights: dict[str, float] = {}
        for element in header.lower().split(","):
            match = ELEMENT.fullmatch(element.strip(" \t"))
            if match is not None:
                weight = float(match["weight"] or "1")
                weights[match["name"]] = min(weight, weights.get(match["name"], 1.0))
        others = weights.get(EVERYTHING)
        gzip = next((weights[each] for each in GZIP if each in weights), others)
        return cls(gzip or 0.0, weights.get("identity", others))

    @property
    def prefers_gzip(self) -> bool:
        """Return whether gzip is accepted, and preferred if no coding is accepted as well."""
        return self.gzip > 0 and self.gzip >= (self.identity or 0)

    @property
    def needs_gzip(self) -> bool:
        """Return whether gzip is accepted and no coding is not."""
        return self.gzip > 0 and self.identity == 0


def accepted(headers: Headers) -> Accepted:
    """Return what a request's headers say."""
    return Accepted.by(", ".join(headers.getlist("accept-encoding")))


MINIMUM_BYTES = 1000
"""Answers of fewer bytes fit one packet of the network anyway."""
BODILESS = frozenset({204, 304})
TEXTS = ("application/json", "text/html", "text/css", "text/javascript")
QUOTES = '"": "", '


class GzipTexts:
    """Compress answers that are texts, where the client prefers that.

    On Lambda, a compressed body is encoded as base64 again, and Lambda limits the result: an answer
    that would exceed `max_answer_bytes` is sent uncompressed. So are all answers to REST APIs,
    which return bytes only if they are configured to.
    """

    def __init__(self, app: ASGIApp, max_answer_bytes: int | None) -> None:
        self._app, self._limit = app, max_answer_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        event = scope.get("aws.event")
        text = event is not None and needs_text(event)
        wanted = Accepted() if text else accepted(Headers(scope=scope))
        limit = None if event is None else self._limit
        await self._app(scope, receive, _Answer(send, wanted, limit))


class _Answer:
    """Pass an answer on, compressed if that is wanted and possible."""

    def __init__(self, send: Send, accepted: Accepted, limit: int | None) -> None:
        self._send, self._accepted, self._limit = send, accepted, limit
        self._start: Message | None = None
        self._plain: list[bytes] = []
        self._packed: list[bytes] = []
        self._compressor = gzip_compressor()

    async def __call__(self, message: Message) -> None:
        """Take the application's next message."""
        if message["type"] == "http.response.start" and self._wants(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            await self._take(message)
        else:
            await self._send(message)

    def _wants(self, start: Message) -> bool:
        """Return whether the answer is to be compressed; note that this depends on the client."""
        headers = MutableHeaders(raw=start["headers"])
        if (
            start["status"] in BODILESS
            or not headers.get("content-type", "").startswith(TEXTS)
            or "content-encoding" in headers
            or "accept-ranges" in headers  # parts of these very bytes may be requested
        ):
            return False
        large = int(headers.get("content-length", MINIMUM_BYTES)) >= MINIMUM_BYTES
        if not large and not self._accepted.needs_gzip:
            return False
        headers.add_vary_header("Accept-Encoding")
        start["headers"] = headers.raw
        return self._accepted.prefers_gzip

    async def _take(self, message: Message) -> None:
        """Compress a part of the body. After the last one, send everything."""
        body = message.get("body", b"")
        self._packed.append(self._compressor.compress(body))
        if self._limit is not None:
            self._plain.append(body)
        if message.get("more_body", False):
            return
        self._packed.append(self._compressor.flush())
        start, packed = self._start or {}, b"".join(self._packed)
        headers = MutableHeaders(raw=start["headers"])
        fits = self._limit is None or _on_lambda(headers, packed) <= self._limit
        if fits:
            headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(packed))
            if "etag" in headers:  # a strong one names these very bytes (RFC 9110, section 8.8.1)
                headers["ETag"] = "W/" + headers["ETag"].removeprefix("W/")
            start["headers"] = headers.raw
        await self._send(start)
        await self._send_paced(packed if fits else b"".join(self._plain))

    async def _send_paced(self, body: bytes) -> None:
        """Send the body no faster than the client reads (see `PacedResponse`)."""
        for at in range(0, len(body), CHUNK_BYTES):
            chunk = body[at : at + CHUNK_BYTES]
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})


def _on_lambda(headers: Headers, body: bytes) -> int:
    """Return the most bytes that Lambda counts of a body that Mangum encodes."""
    names = sum(len(name) + len(value) + len(QUOTES) for name, value in headers.raw)
    return (len(body) + 2) // 3 * 4 + names + ENVELOPE_BYTES
