"""Native code that hangs or crashes costs one picture: the next one is served."""

from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.client import RESULTS, result_of, session
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.e2e.segmenter import CRASHING_SIZE, HANGING_SIZE, SEIZING_SIZE
from tests.local_server import LocalServer
from tests.samples import gradient, jpeg

LIMIT, NEXT_SECONDS = 2.0, 5.0
TOO_SLOW = "Processing took too long. Try again, or send a smaller picture."


def ask(url: str, size: tuple[int, int] = (64, 48)) -> tuple[dict[str, str], float]:
    """The status, and the seconds that it took."""
    start = monotonic()
    files = {"image": jpeg(gradient(*size))}
    status = result_of(session.post(url + RESULTS, files=files, timeout=60))["status"]
    return status, monotonic() - start


@pytest.mark.parametrize("size", [HANGING_SIZE, SEIZING_SIZE])
@pytest.mark.parametrize("setting", ["CUTOUT_REQUEST_SECONDS", "CUTOUT_PICTURE_SECONDS"])
def test_the_local_server(tmp_path: Path, size: tuple[int, int], setting: str) -> None:
    """Limited by the request's time or by the picture's."""
    limits = {"CUTOUT_STORAGE_DIR": str(tmp_path), setting: str(LIMIT)}
    with LocalServer(**limits) as server:
        for _ in range(2):
            status, seconds = ask(server.url, size)
            assert status == {"code": "failure", "message": TOO_SLOW}
            assert seconds < LIMIT + 2
            status, seconds = ask(server.url)
            assert status["code"] == "ok"
            assert seconds < NEXT_SECONDS
        assert "Traceback" not in server.log()


def test_a_crash_of_the_local_servers_worker(tmp_path: Path) -> None:
    with LocalServer(CUTOUT_STORAGE_DIR=str(tmp_path)) as server:
        status, _ = ask(server.url, CRASHING_SIZE)
        assert status == {"code": "failure", "message": "Processing failed"}
        assert ask(server.url)[0]["code"] == "ok"


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
    environment = {"CUTOUT_GATEWAY_SECONDS": "4", "CUTOUT_STORING_SECONDS": "0"}
    with Emulator(environment, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
        url = gateway.url("")
        assert ask(url)[0]["code"] == "ok"
        for _ in range(2):
            status, seconds = ask(url, HANGING_SIZE)
            assert status == {"code": "failure", "message": TOO_SLOW}
            assert seconds < 6
            assert ask(url)[0]["code"] == "ok", "the next instance"
        assert running.log().count("this instance ends after its answer") == 2
