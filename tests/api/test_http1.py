"""Requests as they come over the wire, on the local server."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from time import sleep

import pytest

from tests.local_server import LocalServer

SECONDS = 30
CHUNKED_FORM = (
    b"POST /v1/results HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as started:
        yield started


@pytest.fixture
def connection(server: LocalServer) -> Iterator[socket.socket]:
    with closing(socket.create_connection(("127.0.0.1", server.port), SECONDS)) as opened:
        yield opened


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def read_until(connection: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        more = connection.recv(4096)
        assert more, received
        received += more
    return received


def test_a_broken_chunk_behind_an_answer_closes_the_connection(
    server: LocalServer, connection: socket.socket
) -> None:
    connection.sendall(CHUNKED_FORM + chunk(b"--b\r\n\0:"))
    assert b" 400 " in read_until(connection, b"}")
    connection.sendall(b"no size\r\n")
    assert connection.recv(1) == b""
    assert "Traceback" not in server.log()


def test_a_broken_chunk_of_a_head_request_closes_the_connection(
    server: LocalServer, connection: socket.socket
) -> None:
    connection.sendall(CHUNKED_FORM.replace(b"POST", b"HEAD") + b"no size\r\n")
    assert connection.recv(1) == b"", "an answer to HEAD has no text that could say what is wrong"
    assert "Traceback" not in server.log()


def test_a_broken_chunk_before_an_answer_is_refused(connection: socket.socket) -> None:
    connection.sendall(CHUNKED_FORM + b"no size\r\n")
    received = read_until(connection, b"0\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 400 ")
    assert b"Invalid HTTP request received." in received
    assert connection.recv(1) == b""


SMALL, ENOUGH = b"x", b"x" * 64
"""Chunks below and at the average that a body must reach beyond its first 1,000."""


@pytest.mark.parametrize(
    ("chunks", "is_refused"),
    [
        (1000 * [SMALL], False),
        (1001 * [SMALL], True),
        (1001 * [ENOUGH], False),
        ([*1000 * [ENOUGH], SMALL], True),
        (3000 * [ENOUGH], False),
    ],
    ids=["free", "small", "enough", "just-below", "long"],
)
def test_a_body_in_tiny_chunks_is_refused(
    connection: socket.socket, chunks: list[bytes], is_refused: bool
) -> None:
    """Parsing a million of them would stop the server for all its clients."""
    connection.sendall(CHUNKED_FORM + b"".join(map(chunk, chunks)))
    if is_refused:
        received = read_until(connection, b"}")
        assert received.startswith(b"HTTP/1.1 400 ")
        assert received.endswith(b'{"detail":"Send the body in chunks of at least 64 bytes."}')
        assert connection.recv(1) == b""
    else:
        connection.sendall(chunk(b""))
        assert b"There was an error parsing the body" in read_until(connection, b"}")


TINY = "Send the body in chunks of at least 64 bytes."


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/v1.0/removebg", 400, {"errors": [{"title": TINY, "code": "invalid_request"}]}),
        ("/v1/nothing", 404, {"detail": "Not Found"}),
        ("/v1/version", 405, {"detail": "Method Not Allowed"}),
    ],
)
@pytest.mark.parametrize("pause", [0, 0.5], ids=["at once", "after a pause"])
def test_a_body_in_tiny_chunks_is_refused_in_the_routes_own_words(
    connection: socket.socket, pause: float, path: str, status: int, body: dict[str, object]
) -> None:
    connection.sendall(CHUNKED_FORM.replace(b"/v1/results", path.encode()))
    sleep(pause)  # the app waits for the body
    connection.sendall(1001 * chunk(SMALL))
    connection.settimeout(SECONDS)
    head, _, answered = b"".join(iter(partial(connection.recv, 4096), b"")).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(answered) == body


def test_a_refused_body_is_logged_as_any_request(
    server: LocalServer, connection: socket.socket
) -> None:
    connection.sendall(CHUNKED_FORM.replace(b"results", b"results?log") + 1001 * chunk(SMALL))
    read_until(connection, b"}")
    assert connection.recv(1) == b""
    line = json.loads(server.log().strip().splitlines()[-1])
    assert (line["route"], line["status"]) == ("/v1/results", 400)


def test_each_body_of_a_connection_has_chunks_of_its_own(connection: socket.socket) -> None:
    for _ in range(3):
        connection.sendall(CHUNKED_FORM + b"".join(600 * [chunk(SMALL)]) + chunk(b""))
        assert b"There was an error parsing the body" in read_until(connection, b"}")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://localhost/v1/version", 200),
        ("HTTP://localhost:8000/v1/version", 200),
        ("https://localhost/v1/version?a=http://b/", 200),
        ("http://localhost//v1/version", 200),
        ("http://localhost", 200),
        ("http://localhost?a=b", 200),
        ("http://localhost/v1/nothing", 404),
        ("http:///v1/version", 404),
        ("ftp://localhost/v1/version", 404),
        ("/http://localhost/v1/version", 404),
    ],
)
def test_a_target_may_be_a_whole_url(connection: socket.socket, target: str, status: int) -> None:
    head = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    ("url_host", "header", "status"),
    [
        ("localhost", "other.example", 200),
        ("other.example", "localhost", 421),
        ("me@localhost", "localhost", 421),
    ],
)
def test_the_host_of_a_whole_url_counts_instead_of_the_header(
    connection: socket.socket, url_host: str, header: str, status: int
) -> None:
    head = f"GET http://{url_host}/v1/version HTTP/1.1\r\nHost: {header}\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())


def test_the_other_headers_of_a_whole_url_count(connection: socket.socket) -> None:
    sent = b"Connection: close\r\nHost: other.example\r\nOrigin: http://a.example"
    connection.sendall(b"GET http://localhost/v1/version HTTP/1.1\r\n" + sent + b"\r\n\r\n")
    received = b"".join(iter(partial(connection.recv, 4096), b""))
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"\r\naccess-control-allow-origin: " in received
    assert received.count(b"Connection: close") == 1
