"""A server that answers as it is told, and remembers what it was asked."""

import json
import socket
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

from tests.samples import png

MODES = ["fg-image", "fg-image-shadow", "fg-mask"]


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(frozen=True)
class Reply:
    """An answer; `drop` breaks the connection in its place."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


RESULTS = "/v1/results"
BUSY = Reply(503, {"detail": "The server is busy. Try again later."})
Answer = Reply | Callable[[Asked], Reply]


def success(content: bytes | None = None) -> Reply:
    """A cut-out."""
    image = b64encode(png() if content is None else content).decode()
    entity = {"kind": "image", "image": image, "format": "PNG"}
    status = {"code": "ok", "message": "Success"}
    return Reply(body={"results": [{"status": status, "entities": [entity]}]})


class Moody:
    """`with Moody({"/v1/results": [Reply(429), success()]}) as server: ... server.url`: answers to
    each path in turn, the last one again and again."""

    def __init__(self, replies: Mapping[str, Sequence[Answer]]) -> None:
        answers: dict[str, Sequence[Answer]] = {"/v1/modes": [Reply(body=MODES)], **replies}
        self._replies = {path: list(each) for path, each in answers.items()}
        self._lock = Lock()
        self.asked: list[Asked] = []

        class Handler(_Handler):
            server_of = self

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def asked_for(self, path: str) -> list[Asked]:
        """The requests to a path, queries aside."""
        return [each for each in self.asked if each.path.partition("?")[0] == path]

    def reply(self, asked: Asked) -> Reply:
        """The next one of the path."""
        with self._lock:
            self.asked.append(asked)
            replies = self._replies.get(asked.path.partition("?")[0])
            if not replies:
                return Reply(404, {"detail": "Not Found"})
            found = replies.pop(0) if len(replies) > 1 else replies[0]
        return found(asked) if callable(found) else found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: Moody

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Tests need no access log."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body, monotonic())
        reply = self.server_of.reply(asked)
        if reply.drop:
            linger = struct.pack("ii", 1, 0)  # closes with a reset
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
            return
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
