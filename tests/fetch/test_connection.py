"""Which address a download connects to, and what it carries along."""

import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from cutout.errors import DownloadError
from tests.fetch.servers import answer, serving
from tests.fetch.test_download import ALLOWED, CONTENT, download


def test_a_refused_connection_is_an_error() -> None:
    with serving(answer(CONTENT)) as server:
        url = server.url()
    with pytest.raises(DownloadError):
        download(url, ALLOWED)


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(CONTENT)) as server:
        monkeypatch.setattr(
            "cutout.fetch.download.addresses", lambda *_: ["127.0.0.3", "127.0.0.1"]
        )
        assert download(server.url(), ALLOWED).content == CONTENT


def test_the_next_address_is_tried_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one never answers: its queue of connections is full."""
    monkeypatch.setattr("cutout.fetch.download.addresses", lambda *_: ["127.0.0.3", "127.0.0.1"])
    with serving(answer(CONTENT)) as server, ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.3", server.port), backlog=0))
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        assert download(server.url(), ALLOWED).content == CONTENT


def test_the_next_address_is_tried_after_a_silent_handshake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cutout.fetch.download.addresses", lambda *_: ["127.0.0.3", "127.0.0.1"])
    tls = Tls(tmp_path, "localhost")
    with (
        serving(answer(CONTENT), tls.context) as server,
        socket.create_server(("127.0.0.3", server.port)),
    ):
        assert download(server.url(scheme="https"), tls.settings).content == CONTENT


def test_proxies_and_netrc_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine localhost login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(answer(CONTENT)) as server:
        assert download(server.url(), ALLOWED).content == CONTENT
    assert b"authorization" not in server.requests[0].lower()


def test_a_broken_header_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with serving(answer(CONTENT, "200 OK", "no header")) as server:
        assert download(server.url("/a.jpg?token=private"), ALLOWED).content == CONTENT
    assert caplog.text == "", "the log holds somebody's address"


def test_cookies_are_not_carried_along() -> None:
    def reply(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /0"):
            answer(b"", "302 Found", "Location: /1", "Set-Cookie: a=b; Path=/")(connection, request)
        else:
            answer(CONTENT)(connection, request)

    with serving(reply) as server:
        download(server.url("/0"), ALLOWED)
    assert b"cookie" not in server.requests[1].lower()


class Tls:
    """A certificate authority of our own, and a server's side of it that notes the SNI."""

    def __init__(self, folder: Path, name: str) -> None:
        authority = trustme.CA()
        self.sni: list[str | None] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(self.context)
        self.context.sni_callback = lambda _socket, asked, _context: self.sni.append(asked)
        bundle = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(bundle))
        self.settings = ALLOWED.model_copy(update={"download_ca_bundle": str(bundle)})


def test_tls_is_verified_against_the_name_and_sends_it(tmp_path: Path) -> None:
    tls = Tls(tmp_path, "localhost")
    with serving(answer(CONTENT), tls.context) as server:
        assert download(server.url("/a.jpg", "https"), tls.settings).content == CONTENT
    assert tls.sni == ["localhost"]


def test_a_certificate_for_another_name_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tls = Tls(tmp_path, "other.example")
    with serving(answer(CONTENT), tls.context) as server, pytest.raises(DownloadError):
        download(server.url(scheme="https"), tls.settings)
    assert caplog.text == "", "the log holds the name of somebody's server"
    assert not any(server.requests), "the request was sent to somebody else"


def test_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    tls = Tls(tmp_path, "localhost")
    with serving(answer(CONTENT), tls.context) as server, pytest.raises(DownloadError):
        download(server.url(scheme="https"), ALLOWED)
    assert not any(server.requests)
