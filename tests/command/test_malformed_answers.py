"""Answers that are malformed, or meant for the terminal."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cutout.command import client
from cutout.command.answers import MAX_EXCERPT, UNEXPECTED
from cutout.command.arguments import Limits
from tests.command.conftest import Run
from tests.command.scripted_api import BUSY, RESULTS, Reply, ScriptedApi, invited, success

UPLOADS = "/v1/uploads"
GZIPPED = {"Content-Encoding": "gzip"}
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

pytestmark = pytest.mark.usefixtures("pauses")


SOUND = gzip.compress(json.dumps(success().body).encode())
MALFORMED: dict[str, Reply] = {
    "no gzip": Reply(200, success().body, GZIPPED),
    "half of gzip": Reply(200, SOUND[:-9], GZIPPED),
    "gzip with a wrong checksum": Reply(200, SOUND[:-8] + bytes(8), GZIPPED),
    "gzip with something behind it": Reply(200, SOUND + b"x", GZIPPED),
    "gzip twice": Reply(200, gzip.compress(SOUND), GZIPPED),
    "deep lists": Reply(200, b"[" * 100_000),
    "deep objects": Reply(200, b'{"results":' * 50_000),
    "a long number": Reply(200, b"9" * 5000),
    "no number": Reply(200, b"NaN"),
    "no UTF-8": Reply(200, b'{"results": "\xff"}'),
    "a surrogate": Reply(200, b'{"results": "\\ud800"}'),
    "a number for a message": Reply(
        200, {"results": [{"status": {"code": 1, "message": 2}, "entities": []}]}
    ),
    "a list for a picture": Reply(
        200,
        {"results": [{"status": {"code": "ok", "message": ""}, "entities": [{"image": [1]}]}]},
    ),
}


@pytest.mark.parametrize("reply", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_answer(run: Run, photo: Path, reply: Reply) -> None:
    with ScriptedApi({RESULTS: [reply]}) as server:
        done = run(photo, "--url", server.url)
        assert len(server.asked_for(RESULTS)) == 1
    assert done.code == 1
    assert done.lines[0] == f"{photo}: {UNEXPECTED}"


@pytest.mark.parametrize("status", [400, 503])
@pytest.mark.parametrize("name", ["deep lists", "deep objects", "a long number", "no UTF-8"])
def test_a_malformed_refusal(run: Run, photo: Path, name: str, status: int) -> None:
    with ScriptedApi({RESULTS: [Reply(status, MALFORMED[name].body)]}) as server:
        done = run(photo, "--url", server.url)
    assert done.code == 1
    assert done.lines[0].startswith(f"{photo}: The server answered {status}: ")
    assert len(done.lines[0]) < 2 * MAX_EXCERPT


INVITATIONS: dict[str, dict[str, object]] = {
    "no address": {"url": None},
    "an address that is no text": {"url": "http://bucket.example/\ud800"},
    "fields that are numbers": {"fields": {"key": 1}},
    "fields of fields": {"fields": {"key": {"key": "1"}}},
    "fields in a list": {"fields": ["key"]},
    "fields that are no text": {"fields": {"\udfff": "1"}},
    "values that are no text": {"fields": {"key": "\udfff"}},
    "no upload": {"upload": 1},
    "an upload's address that is a number": {"upload_url": 1},
    "an upload's address that is no text": {"upload_url": "upload:\ud800"},
    "an infinite size": {"max_bytes": float("inf")},
    "no number": {"max_bytes": float("nan")},
    "a size in words": {"max_bytes": "10000"},
    "no size": {"max_bytes": 0},
    "a negative size": {"max_bytes": -(10**400)},
}


@pytest.mark.parametrize("changes", INVITATIONS.values(), ids=INVITATIONS)
def test_a_malformed_invitation(run: Run, photo: Path, changes: dict[str, Any]) -> None:
    stored = Reply(204, b"")
    with ScriptedApi(
        {UPLOADS: [invited(**changes)], "/kept": [stored], RESULTS: [success()]}
    ) as server:
        done = run(photo, "--url", server.url, limits=Limits(large_bytes=100))
        assert not server.asked_for("/kept")
    assert done.lines[0] == f"{photo}: {UNEXPECTED}"


UNCLEAR = ["nan", "inf", "Wed, 3 Apr 99999999999 12:00:00 GMT", "3 Apr 2002 12:00 +" + "9" * 30]


@pytest.mark.parametrize("value", UNCLEAR)
def test_a_pause_that_makes_no_sense_is_not_waited_for(
    run: Run, photo: Path, pauses: list[float], value: str
) -> None:
    busy = Reply(503, BUSY.body, {"Retry-After": value})
    with ScriptedApi({RESULTS: [busy, success()]}) as server:
        assert run(photo, "--url", server.url).code == 0
    assert pauses[0] <= client.FIRST_PAUSE


@pytest.mark.parametrize("value", ["9" * 400, "9" * 60_000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_for_ever(run: Run, photo: Path, pauses: list[float], value: str) -> None:
    busy = Reply(503, BUSY.body, {"Retry-After": value})
    with ScriptedApi({RESULTS: [busy, success()]}) as server:
        done = run(photo, "--url", server.url)
        assert len(server.asked_for(RESULTS)) == 1
    assert done.lines[0].startswith(f"{photo}: The server answered 503")
    assert not pauses


def test_a_chunk_of_negative_length_is_a_broken_connection(run: Run, photo: Path) -> None:
    broken = Reply(raw=lambda: [HEAD + CHUNKED + b"-5\r\nabc"])
    with ScriptedApi({RESULTS: [broken, success()]}) as server:
        assert run(photo, "--url", server.url).code == 0
        assert len(server.asked_for(RESULTS)) == 2


ESCAPE = "\x1b]0;title\x07\x1b[2J\u202e" + "x" * 5000
LATIN = ESCAPE.encode("latin-1", "ignore").decode("latin-1")
STATUS = {"code": "failure", "message": ESCAPE}
FOR_THE_TERMINAL: dict[str, Reply] = {
    "status line": Reply(raw=lambda: [LATIN.encode() + b"\r\n\r\n"]),
    "reason": Reply(raw=lambda: [b"HTTP/1.1 404 " + LATIN.encode() + b"\r\n\r\n"]),
    "refusal": Reply(404, {"detail": ESCAPE}),
    "page": Reply(404, ESCAPE.encode()),
    "redirect": Reply(301, b"", {"Location": LATIN}),
    "address": Reply(303, b"", {"Location": "ftp://" + LATIN.replace("[", "")}),
    "length of a chunk": Reply(raw=lambda: [HEAD + CHUNKED + LATIN.encode() + b"\r\n"]),
    "failure": Reply(body={"results": [{"status": STATUS, "entities": []}]}),
}


@pytest.mark.parametrize("reply", FOR_THE_TERMINAL.values(), ids=FOR_THE_TERMINAL)
def test_a_server_can_not_write_to_the_terminal(run: Run, photo: Path, reply: Reply) -> None:
    with ScriptedApi({RESULTS: [reply]}) as server:
        done = run(photo, "--url", server.url)
    assert done.code == 1
    assert re.fullmatch(r"[ -~]+", done.lines[0])
    assert len(done.lines) == 2, done.err
    assert len(done.lines[0]) < 4 * MAX_EXCERPT
