"""Answers that nobody reads, on the local server."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
import requests
from PIL import Image

from tests.local_server import LocalServer
from tests.samples import jpeg, png

SECONDS = 60
UNREAD_SECONDS = 3
"""The server's limit in the tests of it, in the place of its two minutes."""
HEAD_SECONDS = 3
"""The server's limit in the tests of it, in the place of more than two minutes."""
PROXY_SECONDS = 11
"""Pause of a proxy that empties its own buffer into a slow link; longer pauses occur."""
CLIENTS, SLOTS = 12, 4
MAX_KB = 450_000
"""Some 350 MB with an answer in every slot; twice as much if every client's stayed in memory."""
NOISE = np.random.default_rng(0).integers(0, 256, (2400, 2400, 3), np.uint8)
LARGE = jpeg(Image.fromarray(NOISE), quality=50)
"""Over 20 MB of answer."""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Closes what a test opens."""
    with ExitStack() as opened:
        yield opened


def ask_and_not_read(server: LocalServer, content: bytes = LARGE) -> socket.socket:
    """A client with a small buffer that sends a picture and takes nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(SECONDS)
    connection.connect(("127.0.0.1", server.port))
    body = b"--b\r\nContent-Disposition: form-data; name=image\r\n\r\n" + content + b"\r\n--b--\r\n"
    connection.sendall(
        b"POST /v1/results HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with suppress(OSError):  # it may be refused before its body is read
        connection.sendall(body)
    return connection


def ask(server: LocalServer) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        files = {"image": png()}
        return session.post(f"{server.url}/v1/results", files=files, timeout=SECONDS)


def wait_for_an_answer(connection: socket.socket) -> None:
    """Return once some of the answer is there, and leave it unread."""
    assert connection.recv(1, socket.MSG_PEEK)


def is_cut_off(connection: socket.socket) -> bool:
    """Whether the answer, read to its end, is shorter than announced: the system still delivers
    what it had taken of it."""
    received = bytearray()
    with suppress(OSError):
        while more := connection.recv(1 << 20):
            received += more
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    announced = re.search(rb"content-length: *(\d+)", head)
    assert announced, head
    return len(body) < int(announced[1])


def test_many_clients_that_never_read(tmp_path: Path, stack: ExitStack) -> None:
    """A client that reads comes after each of them, and is served."""
    settings = {"CUTOUT_STORAGE_DIR": str(tmp_path), "CUTOUT_WAITING": str(SLOTS - 1)}
    with LocalServer(**settings) as server:
        for _ in range(CLIENTS):
            stack.enter_context(ask_and_not_read(server))
            end = monotonic() + SECONDS
            while (reply := ask(server)).status_code == 503:
                assert monotonic() < end, "the slots are never given back"
                sleep(0.1)
            assert reply.json()["results"][0]["status"]["code"] == "ok"
            resident = server.resident_kb()
            assert resident < MAX_KB, f"{resident} kB"
        stack.close()
        server.stop()
        assert "Traceback" not in server.log()


def test_a_client_that_reads_nothing_loses_its_place_to_another(
    tmp_path: Path, stack: ExitStack
) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_WAITING="0") as server:
        silent = stack.enter_context(ask_and_not_read(server))
        seen = set()
        end = monotonic() + SECONDS
        while (reply := ask(server)).status_code == 503:
            seen.add(503)
            assert monotonic() < end
            sleep(0.1)
        assert seen == {503}, "an answer on its way holds no place"
        assert reply.status_code == 200
        assert is_cut_off(silent)


def test_a_client_that_reads_nothing_is_cut_off_in_time(tmp_path: Path, stack: ExitStack) -> None:
    settings = {"CUTOUT_STORAGE_DIR": str(tmp_path), "TESTS_UNREAD_SECONDS": str(UNREAD_SECONDS)}
    with LocalServer(**settings) as server:
        silent = stack.enter_context(ask_and_not_read(server))
        wait_for_an_answer(silent)
        sleep(UNREAD_SECONDS + 2)
        assert ask(server).status_code == 200
        assert is_cut_off(silent)


def test_a_client_that_reads_slowly_and_steadily_gets_all_of_it(
    tmp_path: Path, stack: ExitStack
) -> None:
    """100 kB in a second, for longer than the limit for one chunk."""
    settings = {"CUTOUT_STORAGE_DIR": str(tmp_path), "TESTS_UNREAD_SECONDS": str(UNREAD_SECONDS)}
    with LocalServer(**settings, CUTOUT_WAITING="0") as server:
        slow = stack.enter_context(ask_and_not_read(server))
        wait_for_an_answer(slow)
        received, start = bytearray(), monotonic()
        while not received.endswith(b"}]}"):
            is_slow = monotonic() - start < UNREAD_SECONDS + 3
            more = slow.recv(10_000 if is_slow else 1 << 20)
            assert more, f"cut off after {len(received)} bytes"
            received += more
            sleep(0.1 if is_slow else 0)
        assert received.startswith(b"HTTP/1.1 200")
        assert len(received) > 10_000_000
        assert ask(server).status_code == 200


def test_a_proxy_with_a_slow_client_gets_all_of_it(tmp_path: Path, stack: ExitStack) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        proxy = stack.enter_context(ask_and_not_read(server))
        wait_for_an_answer(proxy)
        sleep(PROXY_SECONDS)
        received = bytearray()
        while not received.endswith(b"}]}"):
            more = proxy.recv(1 << 20)
            assert more, f"cut off after {len(received)} bytes"
            received += more
        assert len(received) > 10_000_000


def test_an_idle_connection_stays_open_as_long_as_proxies_keep_it(tmp_path: Path) -> None:
    """A proxy answers 502 if it sends a request just as the server closes the connection."""
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
        for pause in (0, 7):
            sleep(pause)
            connection.request("GET", "/v1/version")
            assert connection.getresponse().read().startswith(b"v1.")
        connection.close()


GET = b"GET /v1/version HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", GET[:30], GET, GET + GET[:30]])
def test_a_connection_without_a_request_is_closed_in_time(tmp_path: Path, sent: bytes) -> None:
    """Browsers open connections in advance, and some clients vanish without closing theirs."""
    settings = {"CUTOUT_STORAGE_DIR": str(tmp_path), "TESTS_HEAD_SECONDS": str(HEAD_SECONDS)}
    with LocalServer(**settings) as server, socket.socket() as connection:
        connection.settimeout(SECONDS)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(sent)
        received = bytearray()
        while more := connection.recv(4096):
            received += more
        assert received.endswith(b"v1.2.0" if sent.startswith(GET) else b"")


def test_a_request_may_take_longer_than_its_head(tmp_path: Path) -> None:
    settings = {"CUTOUT_STORAGE_DIR": str(tmp_path), "TESTS_HEAD_SECONDS": str(HEAD_SECONDS)}
    with LocalServer(**settings) as server, socket.socket() as connection:
        connection.settimeout(SECONDS)
        connection.connect(("127.0.0.1", server.port))
        for _ in range(2):
            connection.sendall(b"POST /v1/results HTTP/1.1\r\nHost: localhost\r\n")
            sleep(HEAD_SECONDS / 2)
            connection.sendall(b"Content-Length: 2\r\n\r\na")
            sleep(HEAD_SECONDS + 1)
            connection.sendall(b"b")
            received = bytearray()
            while not received.endswith(b"}"):
                received += connection.recv(4096)
            assert b" 422 " in received


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_picture_is_finished_before_the_server_stops(
    tmp_path: Path, stack: ExitStack, sent: signal.Signals
) -> None:
    """The terminal and systemd send the signal to all processes of the server."""
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        client = stack.enter_context(ask_and_not_read(server))
        sleep(1)  # it is being processed
        for pid in (*children(server.process.pid), server.process.pid):
            os.kill(pid, sent)
        received = bytearray()
        while more := client.recv(1 << 20):
            received += more
        assert b'"code":"ok"' in received
        server.process.wait(SECONDS)


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(each) for task in tasks for each in (task / "children").read_text().split()]


def test_an_error_in_a_setting_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError) as caught,
        LocalServer("cutout", "serve", CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_MAX_SIDE="wide"),
    ):
        pass
    log = str(caught.value).splitlines()
    assert len(log) == 2
    assert log[1].startswith("cutout: CUTOUT_MAX_SIDE: Input should be a valid integer")
