"""An HTTP API in front of the emulator, with the limits of API Gateway and of Lambda, so that any
HTTP client can be tried on the function."""

import json
import ssl
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.e2e.emulator import MAX_REQUEST_BYTES, Emulator
from tools.events.gateway import Request, payload_v2

MAX_PAYLOAD_BYTES = 10 * 1000 * 1000  # API Gateway, "Quotas for HTTP APIs"
MAX_ANSWER_BYTES = 6_291_556  # Lambda, what one synchronous invocation may return
SECONDS = 30


class Gateway:
    """A running API: `with Gateway(function) as gateway: requests.get(gateway.url("/v1/modes"))`.

    What the platform refuses is answered as the platform does: 413, 500 or 503. `certificate` is a
    file with its key, for TLS; `seconds` is how long an answer may take.
    """

    def __init__(
        self, function: Emulator, certificate: Path | None = None, seconds: float = SECONDS
    ) -> None:
        self.function, self._seconds = function, seconds

        class Handler(_Handler):
            gateway = self

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_port

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, request: Request) -> dict[str, Any]:
        """The function's answer, or what the platform says in its place."""
        if len(request.body or b"") > MAX_PAYLOAD_BYTES:
            return _refusal(413, "Request Entity Too Large")
        event = payload_v2(request)
        event["requestContext"]["timeEpoch"] = int(time() * 1000)
        if len(json.dumps(event)) > MAX_REQUEST_BYTES:
            return _refusal(413, "Request Too Long")
        start = monotonic()
        try:
            found = self.function.invoke(event)
        except RuntimeError:
            return _refusal(500, "Internal Server Error")
        if self.function.answer_bytes > MAX_ANSWER_BYTES:
            return _refusal(500, "Internal Server Error")
        if monotonic() - start > self._seconds:
            return _refusal(503, "Service Unavailable")
        return found


def _refusal(status: int, message: str) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps({"message": message})}


class _Handler(BaseHTTPRequestHandler):
    """HTTP to an event and back."""

    protocol_version = "HTTP/1.1"
    gateway: Gateway

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_OPTIONS(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Tests need no access log."""

    def handle_expect_100(self) -> bool:
        """curl asks before it sends a large body."""
        self.send_response_only(100)
        self.end_headers()
        return True

    def _serve(self) -> None:
        length = self.headers.get("content-length")
        body = self.rfile.read(int(length)) if length else None
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.gateway.answer(Request(self.command, parts.path, parts.query, headers, body))
        text = answer.get("body") or ""
        content = b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        self.send_response(answer["statusCode"])
        for name, value in (answer.get("headers") or {}).items():
            if name != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
