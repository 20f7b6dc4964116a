"""Small real servers on loopback, on ports that the system picks."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

Reply = Callable[[socket.socket, bytes], None]


class Server:
    """Counts connections and answers each with `reply(connection, request)`."""

    def __init__(self, reply: Reply, tls: ssl.SSLContext | None, address: str, port: int) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._reply, self._tls = reply, tls
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def url(self, path: str = "/", scheme: str = "http", host: str = "localhost") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            request = _received(connection)
            self.requests.append(request)
            self._reply(connection, request)
        except OSError:
            pass  # the client has seen enough
        finally:
            connection.close()


def _received(connection: socket.socket) -> bytes:
    """The head and as much of a body as it announces: a client may send them apart."""
    request = connection.recv(65536)
    head, end, body = request.partition(b"\r\n\r\n")
    announced = re.search(rb"^content-length: *(\d+)", head, re.MULTILINE | re.IGNORECASE)
    missing = int(announced[1]) - len(body) if end and announced else 0
    while missing > 0 and (more := connection.recv(min(missing, 65536))):
        request += more
        missing -= len(more)
    return request


@contextmanager
def serving(
    reply: Reply, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
) -> Iterator[Server]:
    """A server for the length of the block."""
    server = Server(reply, tls, address, port)
    try:
        yield server
    finally:
        server.close()


def answer(content: bytes, status: str = "200 OK", *headers: str) -> Reply:
    """Replies with a whole HTTP message."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
    return lambda connection, _: connection.sendall("\r\n".join(lines).encode() + content)
