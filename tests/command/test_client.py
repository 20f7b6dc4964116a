"""What passes is waited for, and what doesn't is not."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from cutout.command import retry
from tests.command.conftest import Run, opened, write
from tests.command.scripted_api import BUSY, RESULTS, Moody, Reply, success
from tests.ports import free_ports

pytestmark = pytest.mark.usefixtures("pauses")


PASSING = {
    "429": [Reply(429, {"message": "Too Many Requests"})],
    "503": [BUSY],
    "502, 504 and 500": [Reply(502), Reply(504), Reply(500, {"message": "Internal Server Error"})],
    "a dropped connection": [Reply(drop=True), Reply(drop=True)],
}


@pytest.mark.parametrize("replies", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_for(
    tmp_path: Path, run: Run, pauses: list[float], replies: list[Reply]
) -> None:
    photo = write(tmp_path / "a.jpg")
    with Moody({RESULTS: [*replies, success()]}) as server:
        done = run(photo, "--url", server.url)
        bodies = [each.body for each in server.asked_for(RESULTS)]
    assert (done.code, done.err) == (0, "")
    assert len(bodies) == len(replies) + 1
    assert all(photo.read_bytes() in body for body in bodies), "each time all of it is sent"
    assert len(pauses) == len(replies)
    assert opened(tmp_path / "a-cutout.png").size == (64, 48)


def test_pauses_grow_and_differ(tmp_path: Path, run: Run, pauses: list[float]) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "b.jpg")
    with Moody({RESULTS: [BUSY]}) as server:
        done = run(tmp_path, "--url", server.url, "--jobs", "1")
        assert len(server.asked_for(RESULTS)) == 2 * retry.ATTEMPTS
    assert done.code == 1
    said = "The server answered 503: The server is busy. Try again later."
    assert done.lines[:2] == [f"{tmp_path}/a.jpg: {said}", f"{tmp_path}/b.jpg: {said}"]
    first, second = pauses[: retry.ATTEMPTS - 1], pauses[retry.ATTEMPTS - 1 :]
    assert len(first) == len(second) == retry.ATTEMPTS - 1, "none after the last attempt"
    for number, pause in enumerate(first):
        assert 0 <= pause <= retry.FIRST_PAUSE * 2**number
    assert first != second, "clients that were turned away together come back apart"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_may_ask_to_wait(tmp_path: Path, run: Run, pauses: list[float], form: str) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=60)
    value = "60" if form == "seconds" else format_datetime(moment, usegmt=True)
    busy = Reply(503, BUSY.body, {"Retry-After": value})
    with Moody({RESULTS: [busy, success()]}) as server:
        assert run(write(tmp_path / "a.jpg"), "--url", server.url).code == 0
    (pause,) = pauses
    assert 50 < pause <= 60 + retry.FIRST_PAUSE


@pytest.mark.parametrize("value", ["soon", "", "-5", "1.5.1"])
def test_a_header_that_says_nothing(
    tmp_path: Path, run: Run, pauses: list[float], value: str
) -> None:
    busy = Reply(429, None, {"Retry-After": value})
    with Moody({RESULTS: [busy, success()]}) as server:
        assert run(write(tmp_path / "a.jpg"), "--url", server.url).code == 0
    assert pauses[0] <= retry.FIRST_PAUSE


def test_nobody_waits_for_an_hour(tmp_path: Path, run: Run, pauses: list[float]) -> None:
    longest = Reply(429, BUSY.body, {"Retry-After": str(int(retry.MOST_PATIENCE))})
    longer = Reply(429, BUSY.body, {"Retry-After": str(int(retry.MOST_PATIENCE) + 1)})
    with Moody({RESULTS: [longest, longer, success()]}) as server:
        done = run(write(tmp_path / "a.jpg"), "--url", server.url)
        assert len(server.asked_for(RESULTS)) == 2
    assert done.lines[0].endswith("a.jpg: The server answered 429: " + BUSY.body["detail"])  # type: ignore[index]
    assert len(pauses) == 1


def test_nobody_there(tmp_path: Path, run: Run, pauses: list[float]) -> None:
    (port,) = free_ports(1)
    done = run(write(tmp_path / "a.jpg"), "--url", f"http://127.0.0.1:{port}")
    assert (done.code, done.lines) == (
        1,
        ["cutout: The server can't be reached: Connection refused."],
    )
    assert len(pauses) == retry.ATTEMPTS - 1
