"""An API whose answers trickle, so that no single read takes long."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from cutout.command import client
from tests.command.conftest import Run
from tests.command.scripted_api import RESULTS, Asked, Moody, Reply, success


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
    monkeypatch: pytest.MonkeyPatch,
    tls: ssl.SSLContext,
    name: str,
    encrypted: bool,
) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.6)
    slow = Reply(raw=lambda: trickle(TRICKLES[name], 0.02))
    with Moody({RESULTS: [slow]}, tls if encrypted else None) as server:
        start = monotonic()
        done = run(photo, "--url", server.url)
        assert monotonic() - start < 5
        assert len(server.asked_for(RESULTS)) == 1, "it is not asked again"
    assert done.lines[0] == f"{photo}: The server took more than 1 seconds to answer."


def test_an_answer_by_a_proxy_has_to_come_in_time(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.6)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    slow = Reply(raw=lambda: trickle(TRICKLES["header"], 0.02))
    with Moody({"http://api.example/v1/modes": [slow]}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        start = monotonic()
        done = run(photo, "--url", "http://api.example")
        assert monotonic() - start < 5
    assert done.lines == ["cutout: The server took more than 1 seconds to answer."]


def test_a_trickle_that_ends_in_time_is_an_answer(run: Run, photo: Path) -> None:
    content = json.dumps(success().body).encode()
    slow = Reply(raw=lambda: trickle([HEAD, b"\r\n", content], 0.0005))
    with Moody({RESULTS: [slow]}) as server:
        done = run(photo, "--url", server.url)
    assert done.code == 0, done.err


@pytest.mark.parametrize(("pace", "code"), [(100, 0), (1_000_000, 1)])
def test_a_large_form_has_more_time(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, pace: int, code: int
) -> None:
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.6)
    monkeypatch.setattr(client, "SLOWEST_UPLOAD", pace)

    def late(_: Asked) -> Reply:
        sleep(1.2)
        return success()

    with Moody({RESULTS: [late]}) as server:
        assert run(photo, "--url", server.url).code == code
