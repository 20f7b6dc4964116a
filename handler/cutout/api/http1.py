"""Parse requests for uvicorn: limit the chunks of bodies, and accept whole URLs as targets."""

import re

import h11

ABSOLUTE_FORM = re.compile(
    rb"https?://(?P<host>[^/?#]+)(?P<path>[^?#]*)(?P<rest>.*)", re.IGNORECASE
)

MIN_CHUNK_BYTES = 64
"""Average bytes that a chunk of a body must have. Parsing takes as long for a chunk of one byte as
for a large one, and the event loop serves nobody else meanwhile. Base64 in lines has 76."""
FREE_CHUNKS = 1000
"""Chunks of any size at the beginning of a body: some clients send a form's texts in small ones."""
SMALL_CHUNKS = f"Send the body in chunks of at least {MIN_CHUNK_BYTES} bytes."


class Http1Connection(h11.Connection):
    """Parse a client's requests; refuse bodies in tiny chunks.

    A target that is a whole URL counts as its path and query, and its host as `Host` (RFC 9112,
    3.2.2).
    """

    refusal: str | None = None
    """Text for the client whose request is refused here."""
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
            self.refusal = SMALL_CHUNKS
            raise h11.RemoteProtocolError(SMALL_CHUNKS)


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
