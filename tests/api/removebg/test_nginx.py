"""The nginx configuration of docs/removebg.md in front of a server."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from tempfile import TemporaryFile
from time import monotonic, sleep

import pytest

from tests.api.removebg.asking import PICTURE
from tests.doc_pages import Page
from tests.local_server import ROOT, LocalServer
from tests.ports import free_ports

SECONDS = 20
MIB = 1024 * 1024
FRAME = """daemon off;
master_process off;
pid nginx.pid;
events {}
http {
	access_log off;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	server {
		listen 127.0.0.1:PORT;
		BLOCK
		location / {
			proxy_pass SERVER;
		}
	}
}
"""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the port of nginx with the page's block."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    page = Page(ROOT / "docs" / "removebg.md")
    (block,) = [each.text for each in page.blocks if each.language == "nginx"]
    folder, (port,) = tmp_path_factory.mktemp("nginx"), free_ports(1)
    with LocalServer() as server, TemporaryFile() as log:
        frame = FRAME.replace("PORT", str(port)).replace("SERVER", server.url)
        (folder / "nginx.conf").write_text(frame.replace("BLOCK", block))
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = monotonic() + SECONDS
            while not listens(port):
                said = os.pread(log.fileno(), 1 << 16, 0).decode()
                assert process.poll() is None, said
                assert monotonic() < deadline, said
                sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait(SECONDS)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def answer(port: int, size: int) -> tuple[HTTPResponse, bytes]:
    """Return the answer to a form of `size` bytes."""
    head = b'--b\r\nContent-Disposition: form-data; name="image_file"\r\n\r\n'
    end = b"\r\n--b--\r\n"
    body = head + PICTURE + bytes(size - len(head + PICTURE + end)) + end
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    connection.request("POST", "/v1.0/removebg", body, headers)
    found = connection.getresponse()
    content = found.read()
    connection.close()
    return found, content


def test_a_body_that_nginx_refuses_has_an_error_of_removebg(proxy: int) -> None:
    found, content = answer(proxy, 32 * MIB + 1)
    assert (found.status, found.headers["content-type"]) == (400, "application/json")
    assert found.headers["access-control-allow-origin"] == "*"
    assert content == b'{"errors": [{"title": "File too large", "code": "file_too_large"}]}'


def test_a_smaller_body_reaches_the_server(proxy: int) -> None:
    found, content = answer(proxy, 32 * MIB)
    assert (found.status, b'"code":"file_too_large"' in content) == (400, True)
    assert b"File exceeds limit of 16MB" in content
    assert answer(proxy, 1 * MIB)[0].status == 200
