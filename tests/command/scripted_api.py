"""Run a server that gives prepared answers and records the requests."""

import json
import socket
import ssl
import struct
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """An answer; `drop` breaks the connection in its place, and `raw` gives the bytes to send in
    its place, head included."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    raw: Callable[[], Iterable[bytes]] | None = None


RESULTS = "/v1/results"
BUSY = Reply(503, {"detail": "The server is busy. Try again later."})
Answer = Reply | Callable[[Asked], Reply]


def success(content: bytes | None = None) -> Reply:
    """A cut-out."""
    image = b64encode(png() if content is None else content).decode()
    entity = {"kind": "image", "image": image, "format": "PNG"}
    status = {"code": "ok", "message": "Success"}
    return Reply(body={"results": [{"status": status, "entities": [entity]}]})


def invited(
    url: object = "/kept",
    fields: object = None,
    upload: object = None,
    upload_url: object = "upload:1",
    max_bytes: object = 10_000,
) -> Reply:
    """An invitation to upload."""
    upload = upload or {"url": url, "fields": {"key": "1"} if fields is None else fields}
    return Reply(body={"upload": upload, "url": upload_url, "max_bytes": max_bytes})


class ScriptedApi:
    """Gives each path's answers in turn and repeats the last one:
    `with ScriptedApi({"/v1/results": [Reply(429), success()]}) as server: ... server.url`.
    As a proxy it receives absolute addresses. The first `hang_ups` forms are not read, and their
    connections closed."""

    def __init__(
        self,
        replies: Mapping[str, Sequence[Answer]],
        tls: ssl.SSLContext | None = None,
        hang_ups: int = 0,
    ) -> None:
        self._replies: dict[str, list[Answer]] = {}
        self.say({"/v1/modes": [Reply(body=MODES)], **replies})
        self._lock = Lock()
        self.asked: list[Asked] = []
        self.hang_ups = hang_ups

        class Handler(_Handler):
            server_of = self

        self._server = _Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        origin = "http://127.0.0.1" if tls is None else "https://localhost"
        self.url = f"{origin}:{self._server.server_port}"

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

    def say(self, replies: Mapping[str, Sequence[Answer]]) -> None:
        """Answer some paths anew."""
        self._replies |= {path: list(each) for path, each in replies.items()}

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


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print a traceback unless the client has hung up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: ScriptedApi

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:
        """Tests need no access log."""

    def _serve(self) -> None:
        if self.command == "POST" and self.server_of.hang_ups:
            self.server_of.hang_ups -= 1
            self.close_connection = True
            return
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
        if reply.raw is not None:
            self.close_connection = True
            for part in reply.raw():
                self.connection.sendall(part)
            return
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
