"""Answers that come before the request's body has, on connections that are not kept alive."""

from collections.abc import Iterator
from http.client import HTTPConnection
from select import select

import pytest

from tests.local_server import LocalServer

KEY = "the-key-of-the-tests"
LARGE = bytes(16_000_000)
"""More than the buffers of a connection hold."""
TYPE = {"Content-Type": "multipart/form-data; boundary=b"}
ROUTES = {"/v1/results": 401, "/v1.0/removebg": 403, "/v1/nothing": 404}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(CUTOUT_API_KEYS=KEY) as started:
        yield started


@pytest.mark.parametrize("route", ROUTES)
def test_a_client_that_still_sends_gets_its_refusal(server: LocalServer, route: str) -> None:
    """Python's urllib, Perl's HTTP::Tiny and others keep no connection."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", route, LARGE, {**TYPE, "Connection": "close"})
    with connection.getresponse() as answer:
        assert (answer.status, answer.read()[:1]) == (ROUTES[route], b"{")


@pytest.mark.parametrize("more", ["", "Connection: close\r\n"])
@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_the_answer_waits_for_the_body(server: LocalServer, version: str, more: str) -> None:
    """Caddy closes the connection of a client that still sends, and Python's http.client, Lua and
    others report that in place of the answer."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.connect()
    head = f"POST /v1/results {version}\r\nHost: localhost\r\n{more}"
    connection.sock.sendall(f"{head}Content-Length: 6\r\n\r\nabc".encode())
    assert select([connection.sock], [], [], 0.5) == ([], [], [])
    connection.sock.sendall(b"def")
    received = b""
    while not received.endswith(b"}"):
        received += connection.sock.recv(4096)
    assert b" 401 " in received
    if more or version == "HTTP/1.0":
        assert connection.sock.recv(1) == b""
    connection.close()


@pytest.mark.parametrize("closing", ["HTTP/1.0\r\n", "HTTP/1.1\r\nConnection: close\r\n"])
def test_the_connection_is_closed_behind_a_body_read_in_part(
    server: LocalServer, closing: str
) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.connect()
    head = f"POST /v1/results {closing}Host: localhost\r\n"
    head += f"X-API-KEY: {KEY}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    connection.sock.sendall(f"{head}Content-Length: 9\r\n\r\n--b\r\n\0:".encode())
    received = b""
    while not received.endswith(b"}"):
        received += connection.sock.recv(4096)
    assert b" 400 " in received
    assert select([connection.sock], [], [], 0.5) == ([], [], []), "TCP would reset it"
    connection.sock.sendall(b"--")
    assert connection.sock.recv(1) == b""
    connection.close()


@pytest.mark.parametrize("key", ["", KEY])
def test_a_client_that_waits_is_told_to_send(server: LocalServer, key: str) -> None:
    """Go's client (1.19) sends its next request where the body of a refused one is expected."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    headers = {**TYPE, "X-API-KEY": key, "Content-Length": "6", "Expect": "100-continue"}
    connection.request("POST", "/v1/results", headers=headers)
    first = connection.sock
    assert first.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"  # which http.client would skip
    connection.send(b"abcdef")
    answer = connection.getresponse()
    assert (answer.status, answer.read()[:1]) == (400 if key else 401, b"{")
    assert connection.sock is first
    connection.close()


def test_a_request_without_a_body_ends_at_once(server: LocalServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/v1/version", headers={"Connection": "close"})
    assert connection.getresponse().read().startswith(b"v1.")
    assert connection.sock is None
    connection.close()


def test_a_kept_connection_takes_the_next_request(server: LocalServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(2):
        connection.request("POST", "/v1/results", LARGE, TYPE)
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:1]) == (401, b"{")
    connection.close()
