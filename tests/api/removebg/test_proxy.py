"""The Caddyfile of docs/removebg.md in front of a server that answers to its own name only."""

import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep

import pytest
import trustme

from tests.api.removebg.asking import PICTURE, image_of
from tests.api.removebg.programs import Server, node
from tests.api.removebg.wire import KEY
from tests.doc_pages import Page
from tests.local_server import ROOT, LocalServer
from tests.ports import free_ports

UPSTREAM = "https://abc123.execute-api.eu-west-1.amazonaws.com"
REWRITES = "\t\theader_up Host {upstream_hostport}\n"
DROPS = "\t\theader_up -Expect\n"
OPTIONS = """{
	admin off
	skip_install_trust
	auto_https disable_redirects
	https_port PORT
}
"""
"""What keeps Caddy to this test's folder and port."""
SECONDS = 20


@pytest.fixture(scope="module")
def block() -> str:
    page = Page(ROOT / "docs" / "removebg.md")
    (found,) = [each.text for each in page.blocks if each.language == "caddy"]
    return found


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that, like a stage of API Gateway, has a certificate for its own name and refuses
    others in `Host`."""
    folder = tmp_path_factory.mktemp("upstream")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("localhost").private_key_and_cert_chain_pem
    certificate.write_to_path(str(folder / "server.pem"))
    with LocalServer(TESTS_CERTIFICATE=str(folder / "server.pem"), CUTOUT_API_KEYS=KEY) as server:
        yield Server(server.port, folder / "ca.pem")


@contextmanager
def caddy(block: str, upstream: Server, folder: Path) -> Iterator[Server]:
    """Run Caddy with the page's block, on a free port and in front of the server."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy is not installed")
    (port,) = free_ports(1)
    options = OPTIONS.replace("PORT", str(port))
    own = block.replace(UPSTREAM, f"https://localhost:{upstream.port}")
    (folder / "Caddyfile").write_text(options + own)
    root = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [program, "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
            cwd=folder,
            env={
                **os.environ,
                "XDG_DATA_HOME": str(folder),
                "XDG_CONFIG_HOME": str(folder),
                "SSL_CERT_FILE": str(upstream.authority),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = monotonic() + SECONDS
            while not answers(port, root):
                assert process.poll() is None, os.pread(log.fileno(), 1 << 16, 0).decode()
                assert monotonic() < deadline, os.pread(log.fileno(), 1 << 16, 0).decode()
                sleep(0.05)
            yield Server(port, root)
        finally:
            process.terminate()
            process.wait(SECONDS)


def answers(port: int, root: Path) -> bool:
    """Whether the proxy shows a certificate for their name by its own authority."""
    try:
        trusting = ssl.create_default_context(cafile=root)
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            trusting.wrap_socket(connection, server_hostname="api.remove.bg").close()
    except OSError:  # there is no file, nobody listens, or there is no certificate yet
        return False
    return True


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(PICTURE)
    return path


def test_what_the_page_says(block: str) -> None:
    assert block.startswith("api.remove.bg {\n\ttls internal\n")
    assert f"\treverse_proxy {UPSTREAM} {{\n{REWRITES}{DROPS}\t}}\n" in block
    assert len(block.splitlines()) <= 10


def test_a_published_client_through_the_proxy(
    block: str, upstream: Server, picture: Path, tmp_path: Path
) -> None:
    with caddy(block, upstream, tmp_path) as proxy:
        told = json.loads(node(proxy, picture, "file", str(picture)))
    assert told["resultWidth"] in (200, "200")
    assert image_of((tmp_path / "out.png").read_bytes()).size == (200, 160)


def test_the_host_has_to_be_rewritten(
    block: str, upstream: Server, picture: Path, tmp_path: Path
) -> None:
    with (
        caddy(block.replace(REWRITES, ""), upstream, tmp_path) as proxy,
        pytest.raises(AssertionError, match="misdirected_request"),
    ):
        node(proxy, picture, "file", str(picture))


def test_a_client_that_waits_is_told_once_to_send(
    block: str, upstream: Server, tmp_path: Path
) -> None:
    """Caddy 2.6 passes the server's interim answer on beside its own. Java takes the second one for
    the answer, and hangs."""
    head = (
        "POST /v1.0/removebg HTTP/1.1\r\nHost: api.remove.bg\r\nConnection: close\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 6\r\nExpect: 100-continue\r\n\r\n"
    )
    with caddy(block, upstream, tmp_path) as proxy:
        trusting = ssl.create_default_context(cafile=proxy.authority)
        with (
            socket.create_connection(("127.0.0.1", proxy.port), SECONDS) as plain,
            trusting.wrap_socket(plain, server_hostname="api.remove.bg") as connection,
        ):
            connection.sendall(head.encode())
            received = connection.recv(4096)
            connection.sendall(b"abcdef")
            while more := connection.recv(4096):
                received += more
    assert received.count(b"100 Continue") == 1
    assert b" 403 " in received
