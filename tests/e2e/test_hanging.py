"""Native code that hangs or crashes costs one picture: the next one is served."""

from itertools import count
from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.client import RESULTS, result_of, session
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.e2e.segmenter import CRASHING_SIZE, HANGING_SIZE, SEIZING_SIZE
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg

LIMIT = 2.0
SECONDS = 45  # on a busy machine too; without LIMIT it would be 60 or 120
OK = {"code": "ok", "message": "Success"}
TOO_SLOW = {
    "code": "failure",
    "message": "Processing took too long. Try again, or send a smaller picture.",
}


def ask(url: str, size: tuple[int, int] = (64, 48)) -> dict[str, str]:
    """The status, which comes long before what hangs would end."""
    files = {"image": jpeg(gradient(*size))}
    status: dict[str, str]
    status = result_of(session.post(url + RESULTS, files=files, timeout=SECONDS))["status"]
    return status


def failures_before_the_next(url: str) -> int:
    """Ask until a picture is served; how many were too slow: the new process has to start within
    the limit too, which on a busy machine it may not."""
    end = monotonic() + SECONDS
    for failures in count():
        if (status := ask(url)) == OK:
            return failures
        assert status == TOO_SLOW
        assert monotonic() < end, "no picture is served any more"
    raise AssertionError


@pytest.mark.parametrize("size", [HANGING_SIZE, SEIZING_SIZE])
@pytest.mark.parametrize("setting", ["CUTOUT_REQUEST_SECONDS", "CUTOUT_PICTURE_SECONDS"])
def test_the_local_server(tmp_path: Path, size: tuple[int, int], setting: str) -> None:
    """Limited by the request's time or by the picture's."""
    limits = {"CUTOUT_STORAGE_DIR": str(tmp_path), setting: str(LIMIT)}
    with LocalServer(**limits) as server:
        for _ in range(2):
            assert ask(server.url, size) == TOO_SLOW
            failures_before_the_next(server.url)
        assert "Traceback" not in server.log()


def test_a_crash_of_the_local_servers_worker(tmp_path: Path) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        failed = {"code": "failure", "message": "Processing failed"}
        assert ask(server.url, CRASHING_SIZE) == failed
        assert ask(server.url) == OK


def test_the_workers_of_a_server_end_with_it(tmp_path: Path) -> None:
    for how in ("terminate", "kill"):
        with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
            ask(server.url)
            pid = server.process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            assert children
            getattr(server.process, how)()
            server.process.wait(30)
            end = monotonic() + 10
            while any(Path(f"/proc/{each}/exe").exists() for each in children):
                assert monotonic() < end, "a worker is left"


def test_an_instance_on_lambda_ends_after_its_answer() -> None:
    environment = {"CUTOUT_GATEWAY_SECONDS": "6", "CUTOUT_STORING_SECONDS": "0"}
    with Emulator(environment, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
        url = gateway.url("")
        failures = failures_before_the_next(url)
        for _ in range(2):
            assert ask(url, HANGING_SIZE) == TOO_SLOW
            failures += 1 + failures_before_the_next(url)
        assert 2 <= running.log().count("this instance ends after its answer") <= failures
