import gzip
import socket
from time import monotonic, sleep

import pytest
from urllib3.util import connection

from cutout.errors import DownloadError, FileTooBigError
from cutout.fetch import target
from cutout.fetch.download import download as download_until
from cutout.options import Source
from cutout.settings import Settings
from cutout.timing import Deadline
from tests.fetch.servers import Reply, answer, serving

ALLOWED = Settings(allow_private_network=True, download_seconds=5, refusal_seconds=0)
HURRIED = ALLOWED.model_copy(update={"download_seconds": 0.5})
CONTENT = b"picture" * 1000


def download(url: str, settings: Settings) -> Source:
    """Within the settings' own time."""
    return download_until(url, settings, Deadline.after(60))


def test_a_file_comes_with_its_name() -> None:
    with serving(answer(CONTENT)) as server:
        source = download(server.url("/a/b%20c.jpg?d=e"), ALLOWED)
    assert source.content == CONTENT
    assert source.name == "b c.jpg"
    request = server.requests[0].decode()
    assert request.startswith("GET /a/b%20c.jpg?d=e HTTP/1.1\r\n")
    assert f"\r\nHost: localhost:{server.port}\r\n" in request
    assert "\r\nAccept-Encoding: identity\r\n" in request


def test_loopback_is_refused_by_default_before_any_connection() -> None:
    settings = Settings(download_ports=frozenset(range(1, 65536)), refusal_seconds=0)
    with serving(answer(CONTENT)) as server:
        for host in ("localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0"):
            with pytest.raises(DownloadError):
                download(server.url(host=host), settings)
    assert server.connections == 0


def test_a_redirect_to_loopback_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop looks public (its check is bypassed), the second is judged for real."""
    settings = Settings(download_ports=frozenset(range(1, 65536)), download_seconds=5)
    real = target.is_public
    with serving(answer(CONTENT), address="127.0.0.2") as inner:
        assert download(inner.url(host="127.0.0.2"), ALLOWED).content == CONTENT
        redirect = answer(b"", "302 Found", f"Location: {inner.url(host='127.0.0.2')}")
        with serving(redirect) as outer:
            monkeypatch.setattr(target, "is_public", lambda a: str(a) == "127.0.0.1" or real(a))
            with pytest.raises(DownloadError):
                download(outer.url(host="127.0.0.1"), settings)
            assert outer.connections == 1
    assert inner.connections == 1, "the redirect was followed to where it must not lead"


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resolver that changes its mind after the check (DNS rebinding) is not asked again."""
    asked = []

    def resolve_once(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: object, **named: object) -> object:
        if host == "rebind.example":
            return resolve_once(host, port)
        return real(host, port, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with serving(answer(CONTENT)) as server:
        source = download(server.url(host="rebind.example"), ALLOWED)
    assert source.content == CONTENT
    assert asked == ["rebind.example"]
    assert b"\r\nHost: rebind.example:" in server.requests[0]


REDIRECTS = (
    *("301 Moved Permanently", "302 Found", "303 See Other"),
    *("307 Temporary Redirect", "308 Permanent Redirect"),
)


def redirects(count: int) -> Reply:
    """Redirects `count` times, relatively and with each status in turn, then answers."""

    def reply(connection: socket.socket, request: bytes) -> None:
        hop = int(request.split(b" ")[1].removeprefix(b"/"))
        if hop < count:
            answer(b"", REDIRECTS[hop % 5], f"Location: {hop + 1}")(connection, request)
        else:
            answer(CONTENT)(connection, request)

    return reply


def test_five_redirects_are_followed_and_six_are_not() -> None:
    with serving(redirects(5)) as server:
        assert download(server.url("/0"), ALLOWED).content == CONTENT
    with serving(redirects(6)) as server, pytest.raises(DownloadError):
        download(server.url("/0"), ALLOWED)


def test_the_size_is_capped_announced_or_not() -> None:
    small = ALLOWED.model_copy(update={"max_file_bytes": len(CONTENT)})
    enough = ALLOWED.model_copy(update={"max_file_bytes": len(CONTENT) + 1})

    def unannounced(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + CONTENT)

    for reply in (answer(CONTENT), unannounced):
        with serving(reply) as server:
            assert download(server.url(), enough).content == CONTENT
            with pytest.raises(FileTooBigError):
                download(server.url(), small)


def test_an_announced_size_is_believed_before_the_body_is_read() -> None:
    def only_head(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        sleep(3)

    start = monotonic()
    with serving(only_head) as server, pytest.raises(FileTooBigError):
        download(server.url(), ALLOWED)
    assert monotonic() - start < 2.5, "the body was waited for"


def drip_body(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    _drip(connection)


def drip_head(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    _drip(connection)


def silent(_connection: socket.socket, _request: bytes) -> None:
    sleep(10)


def _drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"x")
        sleep(0.05)


@pytest.mark.parametrize("reply", [drip_body, drip_head, silent])
def test_no_server_stretches_the_deadline(reply: Reply) -> None:
    start = monotonic()
    with serving(reply) as server, pytest.raises(DownloadError):
        download(server.url(), HURRIED)
    assert monotonic() - start < 5, "the deadline of 0.5 s did not hold (10 s without it)"


def test_the_requests_own_end_comes_first() -> None:
    start = monotonic()
    with serving(drip_body) as server, pytest.raises(DownloadError):
        download_until(server.url(), ALLOWED, Deadline.after(0.5))
    assert monotonic() - start < 3, "only the download's own 5 s held"


def test_a_connection_made_too_late_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = connection.create_connection

    def slow(*given: object, **named: object) -> socket.socket:
        connected: socket.socket = real(*given, **named)  # type: ignore[arg-type]
        sleep(0.6)
        return connected

    monkeypatch.setattr(connection, "create_connection", slow)
    start = monotonic()
    with serving(drip_body) as server, pytest.raises(DownloadError):
        download(server.url(), HURRIED)
    assert monotonic() - start < 5, "the deadline of 0.5 s did not hold (10 s without it)"


def test_a_resolver_that_stalls_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def stall(*_: object, **__: object) -> list[object]:
        sleep(4)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", stall)
    start = monotonic()
    with pytest.raises(DownloadError):
        download("http://a.example/", HURRIED)
    assert monotonic() - start < 3, "the resolver was waited for"


def test_a_redirect_in_raw_utf_8_leads_where_it_says() -> None:
    def reply(client: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /%C3%A4.jpg "):
            answer(CONTENT)(client, request)
        else:
            answer(b"", "302 Found", "Location: /ä.jpg")(client, request)

    with serving(reply) as server:
        assert download(server.url("/first"), ALLOWED).content == CONTENT


def test_a_redirect_in_neither_ascii_nor_utf_8_is_a_failed_download() -> None:
    def reply(client: socket.socket, _request: bytes) -> None:
        client.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\nContent-Length: 0\r\n\r\n")

    with serving(reply) as server, pytest.raises(DownloadError):
        download(server.url(), ALLOWED)


def test_what_a_server_compresses_stays_so() -> None:
    """Unpacked, it could be a thousand times larger."""
    packed = gzip.compress(CONTENT)
    with serving(answer(packed, "200 OK", "Content-Encoding: gzip")) as server:
        assert download(server.url(), ALLOWED).content == packed


def test_no_failure_is_reported_early() -> None:
    """It would tell a name in a private network from one that doesn't exist."""
    start = monotonic()
    with pytest.raises(DownloadError):
        download("http://127.0.0.1/", Settings(refusal_seconds=0.3))
    assert monotonic() - start >= 0.3


def test_an_absurd_content_length_is_a_failed_download() -> None:
    def absurd(client: socket.socket, _request: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n")

    with serving(absurd) as server, pytest.raises((DownloadError, FileTooBigError)):
        download(server.url(), ALLOWED)


@pytest.mark.parametrize("chunk", [b"-5\r\nabc", b"zz\r\nabc", b"5\r\nab"])
def test_a_broken_chunk_is_a_failed_download(chunk: bytes) -> None:
    def broken(client: socket.socket, _request: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)

    with serving(broken) as server, pytest.raises(DownloadError):
        download(server.url(), ALLOWED)


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "204 No Content", "206 Partial"])
def test_only_200_is_a_file(status: str) -> None:
    with serving(answer(CONTENT, status)) as server, pytest.raises(DownloadError):
        download(server.url(), ALLOWED)


def test_a_body_shorter_than_announced_is_an_error() -> None:
    def short(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 50)

    with serving(short) as server, pytest.raises(DownloadError):
        download(server.url(), ALLOWED)
