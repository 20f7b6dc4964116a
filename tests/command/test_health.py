"""Check the server image's health check."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cutout.command.health import is_healthy
from tests.fetch.servers import answer, serving
from tests.local_server import LocalServer
from tests.ports import free_ports


def test_a_server_that_answers_is_healthy(tmp_path: Path) -> None:
    proxy = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_API_KEYS="k" * 16) as server:
        assert is_healthy(server.port)
        environment = {**os.environ, **proxy, "HOST": "", "PORT": str(server.port)}
        command = [sys.executable, "-m", "cutout.command.health"]
        assert subprocess.run(command, env=environment, check=False).returncode == 0


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104  # nothing listens there
        ("::", "::1"),
        ("127.0.0.2", "127.0.0.2"),
    ],
)
def test_a_server_is_asked_where_it_listens(host: str, address: str) -> None:
    with serving(answer(b"v1"), address=address) as server:
        environment = {**os.environ, "HOST": host, "PORT": str(server.port)}
        command = [sys.executable, "-m", "cutout.command.health"]
        assert subprocess.run(command, env=environment, check=False).returncode == 0


def test_a_port_without_a_server_is_not() -> None:
    (port,) = free_ports(1)
    assert not is_healthy(port)
    environment = {**os.environ, "HOST": "", "PORT": str(port)}
    command = [sys.executable, "-m", "cutout.command.health"]
    assert subprocess.run(command, env=environment, check=False).returncode == 1


def test_a_server_that_fails_is_not() -> None:
    with serving(answer(b"", "500 Internal Server Error")) as server:
        assert not is_healthy(server.port)


def test_a_server_that_speaks_no_http_is_not() -> None:
    with serving(lambda connection, _: connection.sendall(b"SSH-2.0-x\r\n\r\n")) as server:
        assert not is_healthy(server.port)
