"""Retries, and time limits of answers that trickle."""

import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic, sleep

import pytest

from cutout.command import client
from cutout.command.arguments import Limits
from tests.command.conftest import Run, opened, write
from tests.command.scripted_api import BUSY, RESULTS, Asked, Reply, ScriptedApi, success
from tests.ports import free_ports
from tests.samples import jpeg

IMPATIENT = Limits(answer_seconds=0.6)
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
    with ScriptedApi({RESULTS: [*replies, success()]}) as server:
        done = run(photo, "--url", server.url)
        bodies = [each.body for each in server.asked_for(RESULTS)]
    assert (done.code, done.err) == (0, "")
    assert len(bodies) == len(replies) + 1
    assert all(photo.read_bytes() in body for body in bodies), "each time all of it is sent"
    assert len(pauses) == len(replies)
    assert opened(tmp_path / "a-cutout.png").size == (64, 48)


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_connection_that_breaks_while_a_form_is_sent(
    tmp_path: Path, run: Run, pauses: list[float], tls: ssl.SSLContext, encrypted: bool
) -> None:
    photo = write(tmp_path / "a.jpg", jpeg() + bytes(4_000_000))
    with ScriptedApi({RESULTS: [success()]}, tls if encrypted else None, hang_ups=2) as server:
        done = run(photo, "--url", server.url)
    assert (done.code, done.err) == (0, "")
    assert len(pauses) == 2


def test_a_server_without_a_known_certificate_is_asked_once(
    run: Run, photo: Path, pauses: list[float], tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with ScriptedApi({RESULTS: [success()]}, tls) as server:
        done = run(photo, "--url", server.url)
    assert done.lines[0].startswith("cutout: No secure connection: ")
    assert not pauses


def test_pauses_grow_and_differ(tmp_path: Path, run: Run, pauses: list[float]) -> None:
    write(tmp_path / "a.jpg")
    write(tmp_path / "b.jpg")
    with ScriptedApi({RESULTS: [BUSY]}) as server:
        done = run(tmp_path, "--url", server.url, "--jobs", "1")
        assert len(server.asked_for(RESULTS)) == 2 * client.ATTEMPTS
    assert done.code == 1
    said = "The server answered 503: The server is busy. Try again later."
    assert done.lines[:2] == [f"{tmp_path}/a.jpg: {said}", f"{tmp_path}/b.jpg: {said}"]
    first, second = pauses[: client.ATTEMPTS - 1], pauses[client.ATTEMPTS - 1 :]
    assert len(first) == len(second) == client.ATTEMPTS - 1, "none after the last attempt"
    for number, pause in enumerate(first):
        assert 0 <= pause <= client.FIRST_PAUSE * 2**number
    assert first != second, "clients that were turned away together come back apart"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_may_ask_to_wait(tmp_path: Path, run: Run, pauses: list[float], form: str) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=60)
    value = "60" if form == "seconds" else format_datetime(moment, usegmt=True)
    busy = Reply(503, BUSY.body, {"Retry-After": value})
    with ScriptedApi({RESULTS: [busy, success()]}) as server:
        assert run(write(tmp_path / "a.jpg"), "--url", server.url).code == 0
    (pause,) = pauses
    assert 50 < pause <= 60 + client.FIRST_PAUSE


@pytest.mark.parametrize("value", ["soon", "", "-5", "1.5.1"])
def test_a_header_that_says_nothing(
    tmp_path: Path, run: Run, pauses: list[float], value: str
) -> None:
    busy = Reply(429, None, {"Retry-After": value})
    with ScriptedApi({RESULTS: [busy, success()]}) as server:
        assert run(write(tmp_path / "a.jpg"), "--url", server.url).code == 0
    assert pauses[0] <= client.FIRST_PAUSE


def test_nobody_waits_for_an_hour(tmp_path: Path, run: Run, pauses: list[float]) -> None:
    longest = Reply(429, BUSY.body, {"Retry-After": str(int(client.MAX_RETRY_AFTER))})
    longer = Reply(429, BUSY.body, {"Retry-After": str(int(client.MAX_RETRY_AFTER) + 1)})
    with ScriptedApi({RESULTS: [longest, longer, success()]}) as server:
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
    assert len(pauses) == client.ATTEMPTS - 1


def trickle(parts: list[bytes], pause: float) -> Iterator[bytes]:
    """A byte at a time."""
    for byte in b"".join(parts):
        yield bytes([byte])
        sleep(pause)


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
TRICKLES = {
    "status": [b"HTTP/1.1 " + b"0" * 1000],
    "interim answers": [b"HTTP/1.1 100 Continue\r\n\r\n" * 100],
    "header": [HEAD, b"X: ", b"x" * 1000],
    "body of a length": [HEAD, b"Content-Length: 1000\r\n\r\n", b" " * 1000],
    "body of no length": [HEAD, b"\r\n", b" " * 1000],
    "chunks": [HEAD, CHUNKED, b"1\r\n \r\n" * 1000],
    "length of a chunk": [HEAD, CHUNKED, b"0" * 1000],
    "refusal": [b"HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\n", b" " * 1000],
}


@pytest.mark.parametrize(
    ("name", "encrypted"),
    [*((each, False) for each in TRICKLES), ("header", True), ("body of a length", True)],
)
def test_an_answer_has_to_come_in_time(
    run: Run,
    photo: Path,
    tls: ssl.SSLContext,
    name: str,
    encrypted: bool,
) -> None:
    slow = Reply(raw=lambda: trickle(TRICKLES[name], 0.02))
    with ScriptedApi({RESULTS: [slow]}, tls if encrypted else None) as server:
        start = monotonic()
        done = run(photo, "--url", server.url, limits=IMPATIENT)
        assert monotonic() - start < 5
        assert len(server.asked_for(RESULTS)) == 1, "it is not asked again"
    assert done.lines[0] == f"{photo}: The server took more than 1 seconds to answer."


def test_an_answer_by_a_proxy_has_to_come_in_time(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    slow = Reply(raw=lambda: trickle(TRICKLES["header"], 0.02))
    with ScriptedApi({"http://api.example/v1/modes": [slow]}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        start = monotonic()
        done = run(photo, "--url", "http://api.example", limits=IMPATIENT)
        assert monotonic() - start < 5
    assert done.lines == ["cutout: The server took more than 1 seconds to answer."]


def test_a_trickle_that_ends_in_time_is_an_answer(run: Run, photo: Path) -> None:
    content = json.dumps(success().body).encode()
    slow = Reply(raw=lambda: trickle([HEAD, b"\r\n", content], 0.0005))
    with ScriptedApi({RESULTS: [slow]}) as server:
        done = run(photo, "--url", server.url)
    assert done.code == 0, done.err


@pytest.mark.parametrize(("pace", "code"), [(100, 0), (1_000_000, 1)])
def test_a_large_form_has_more_time(run: Run, photo: Path, pace: int, code: int) -> None:
    limits = replace(IMPATIENT, slowest_upload=pace)

    def late(_: Asked) -> Reply:
        sleep(1.2)
        return success()

    with ScriptedApi({RESULTS: [late]}) as server:
        assert run(photo, "--url", server.url, limits=limits).code == code
