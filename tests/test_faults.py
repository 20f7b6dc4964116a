"""Break what surrounds a server: clients leave, the disk is full, a process ends in mid-request.

Whatever it was, the next request is served.
"""

import signal
import socket
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
import requests
from PIL import Image

from benchmarks.load import CLIENTS, load
from tests.e2e.segmenter import SLOW_SIZE
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg, png

SECONDS = 60
EACH = 10


def ask(server: LocalServer, content: bytes | None = None) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        files = {"image": content or jpeg()}
        return session.post(f"{server.url}/v1/results", files=files, timeout=SECONDS)


def is_ok(reply: requests.Response) -> bool:
    return bool(reply.json()["results"][0]["status"]["code"] == "ok")


def served(server: LocalServer, content: bytes | None = None) -> bool:
    return is_ok(ask(server, content))


def half_a_request(server: LocalServer, announced: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), SECONDS)
    connection.sendall(
        b"POST /v1/results HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: %d\r\n\r\n--b\r\nContent-Disposition: form-data; name=image\r\n\r\n"
        % announced
    )
    return connection


def test_a_client_that_leaves_in_mid_upload_is_no_fault(tmp_path: Path) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_WAITING="1") as server:
        for _ in range(5):  # more than there are places
            half_a_request(server, 1 << 20).close()
        sleep(1)  # until the server has seen that they are gone; a busy one needs longer
        end = monotonic() + SECONDS
        while (reply := ask(server)).status_code == 503:
            assert monotonic() < end, "the places are never given back"
            sleep(0.1)
        assert is_ok(reply)
        server.stop()
        log = server.log()
    assert "Traceback" not in log, log


def test_a_client_that_leaves_before_its_answer_is_no_fault(tmp_path: Path) -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=image\r\n\r\n" + jpeg() + b"\r\n--b--\r\n"
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        connection = half_a_request(server, len(body))
        connection.sendall(body[body.index(b"\r\n\r\n") + 4 :])
        connection.close()
        assert served(server)
        server.stop()
        log = server.log()
    assert "Traceback" not in log, log


def test_a_full_disk_is_nothing_to_a_picture(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), np.uint8)
    large = png(Image.fromarray(pixels), compress_level=0)
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), TESTS_FULL_DISK="1") as server:
        with pytest.raises(requests.RequestException) as caught:
            requests.post(f"{server.url}/v1/uploads", timeout=SECONDS).raise_for_status()
        assert caught.value.response is not None
        assert caught.value.response.status_code == 503, "the disk is not full"
        assert served(server, large)


def test_a_log_that_can_not_be_written_closes_no_connection(tmp_path: Path) -> None:
    with (
        LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), TESTS_FULL_DISK="1") as server,
        closing(HTTPConnection("127.0.0.1", server.port, SECONDS)) as connection,
    ):
        connection.connect()
        first = connection.sock
        for _ in range(3):
            connection.request("GET", "/v1/version")
            assert connection.getresponse().read().startswith(b"v")
            assert connection.sock is first
        server.stop()
        assert server.log() == "", "the disk is not full"


def test_killed_in_mid_request(tmp_path: Path) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        half = half_a_request(server, 1 << 20)
        sleep(0.2)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(SECONDS)
        half.close()
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        assert served(server)


def test_eight_clients_each_get_their_own_answers(tmp_path: Path) -> None:
    """Memory that is lost grows from round to round; a peak alone depends on how bodies overlap."""
    peaks: list[int] = []
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        while len(peaks) < 3 or peaks[-1] - max(peaks[:-1]) >= 0.05 * peaks[0]:
            assert len(peaks) < 6, (
                f"{CLIENTS * EACH} more requests always take more memory: {peaks}"
            )
            outcome = load(server.url, server.resident_kb, EACH)
            assert outcome.answered == CLIENTS * EACH
            assert outcome.wrong == []
            peaks.append(max(outcome.resident_kb))


def test_a_picture_in_work_holds_nobody_up_but_its_followers(tmp_path: Path) -> None:
    """The network's stand-in takes 8 s for a picture of this size; its request ends in 2."""
    slow = jpeg(gradient(*SLOW_SIZE))
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path), CUTOUT_REQUEST_SECONDS="2") as server:
        assert not served(server, slow)
        assert requests.get(f"{server.url}/v1/version", timeout=SECONDS).status_code == 200
