"""Answers that are too large, or packed to become so."""

import gzip
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from time import monotonic

import pytest

from cutout.command.answers import MAX_VALUES, SMALL_BYTES, UNEXPECTED
from cutout.command.arguments import Limits
from tests.command.conftest import PATIENCE_SECONDS, Done, Run, opened
from tests.command.scripted_api import MODES, RESULTS, Reply, ScriptedApi, invited, success
from tests.local_server import ROOT

UPLOADS = "/v1/uploads"
GZIPPED = {"Content-Encoding": "gzip"}
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
ADDRESS_SPACE = 3_000_000_000  # bytes, so that a failing test leaves the machine alone
MEASURED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE}, {ADDRESS_SPACE}))
from cutout.command.arguments import Limits
from cutout.command.main import main
code = main(sys.argv[2:], Limits(large_bytes=int(sys.argv[1])))
print(*[line for line in open("/proc/self/status") if line.startswith("VmHWM:")])
sys.exit(code)
"""

pytestmark = pytest.mark.usefixtures("pauses")


def packed(reply: Reply, name: str = "gzip") -> Reply:
    content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    return Reply(reply.status, gzip.compress(content), {"Content-Encoding": name})


def bomb(head: bytes, unit: bytes, megabytes: int) -> Reply:
    """Gzip that unpacks to the head and so many megabytes of units, a thousandth of its size."""
    packer = zlib.compressobj(9, wbits=-15)
    begun = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    megabyte = unit * (1_000_000 // len(unit))
    block = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.crc32(head)
    for _ in range(megabytes):
        checksum = zlib.crc32(megabyte, checksum)
    size = len(head) + len(megabyte) * megabytes
    start, end = b"\x1f\x8b\x08" + bytes(7), struct.pack("<II", checksum, size)
    return Reply(200, start + begun + block * megabytes + packer.flush() + end, GZIPPED)


def endless() -> Iterator[bytes]:
    yield HEAD + CHUNKED
    while True:
        yield b"10000\r\n" + b" " * 65536 + b"\r\n"


def measured(*arguments: object, large: int = Limits().large_bytes) -> tuple[Done, int]:
    """Run the command as a process of its own. Return its result and its peak memory in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(large), *map(str, arguments)],
        cwd=ROOT,
        env={"NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT / "handler")},
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    kilobytes = int(done.stdout.split()[1])  # not `ru_maxrss`, which begins at the parent's
    return Done(done.returncode, b"", done.stderr.decode()), kilobytes * 1024


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZip", "identity"])
def test_an_answer_may_be_packed(run: Run, photo: Path, name: str) -> None:
    reply = packed(success(), name)
    if name == "identity":
        reply = Reply(200, success().body, {"Content-Encoding": name})
    with ScriptedApi({"/v1/modes": [packed(Reply(body=MODES))], RESULTS: [reply]}) as server:
        done = run(photo, "--url", server.url)
        assert {each.headers["accept-encoding"] for each in server.asked} == {"gzip"}
    assert done.code == 0, done.err
    assert opened(photo.with_name("a-cutout.png")).size == (64, 48)


@cache
def gigabyte() -> Reply:
    return bomb(b"", b" ", 1000)


TOO_LARGE = {"a bomb": gigabyte, "an endless answer": lambda: Reply(raw=endless)}


@pytest.fixture(params=TOO_LARGE.values(), ids=list(TOO_LARGE))
def reply(request: pytest.FixtureRequest) -> Reply:
    """Provide each answer that is too large, made when a test needs it."""
    made: Reply = request.param()
    return made


def test_a_cut_out_is_read_up_to_a_limit(photo: Path, reply: Reply) -> None:
    with ScriptedApi({RESULTS: [reply]}) as server:
        start = monotonic()
        done, memory = measured(photo, "--url", server.url)
        assert monotonic() - start < 30
    assert done.lines[0] == f"{photo}: {UNEXPECTED} It has more than 400000000 bytes."
    assert memory < 600_000_000


JUST_SMALL_ENOUGH = {
    "small values": (b'{"results": [', b"[],"),
    "wide characters": ('{"results": "🐈'.encode(), b"x"),
}


@pytest.mark.parametrize(("head", "unit"), JUST_SMALL_ENOUGH.values(), ids=JUST_SMALL_ENOUGH)
def test_parsing_takes_little_more_memory(photo: Path, head: bytes, unit: bytes) -> None:
    with ScriptedApi({RESULTS: [bomb(head, unit, 390)]}) as server:
        done, memory = measured(photo, "--url", server.url)
    assert done.lines[0] == f"{photo}: {UNEXPECTED}"
    assert memory < 1_000_000_000


@pytest.mark.parametrize("spare", [0, 1])
def test_an_answer_of_many_values(run: Run, photo: Path, spare: int) -> None:
    found = success().body
    assert isinstance(found, dict)
    parts = len(re.findall(r"[\[{,]", json.dumps(found)))
    more = {**found, "more": [0] * (MAX_VALUES - parts - 1 + spare)}
    with ScriptedApi({RESULTS: [Reply(body=more)]}) as server:
        assert run(photo, "--url", server.url).code == spare


def test_a_list_of_modes_is_read_up_to_a_limit(photo: Path, reply: Reply) -> None:
    with ScriptedApi({"/v1/modes": [reply]}) as server:
        done, memory = measured(photo, "--url", server.url)
    assert done.lines == [f"cutout: {UNEXPECTED} It has more than {SMALL_BYTES} bytes."]
    assert memory < 150_000_000


@pytest.mark.parametrize("status", [303, 307, 404, 201])
def test_another_status_is_read_up_to_a_limit(photo: Path, status: int) -> None:
    """A redirect, too: requests would read and unpack it all."""
    moved = {"Location": "/kept"}
    with ScriptedApi(
        {RESULTS: [Reply(status, gigabyte().body, {**GZIPPED, **moved})], "/kept": [success()]}
    ) as server:
        done, memory = measured(photo, "--url", server.url)
        assert len(server.asked_for("/kept")) == (status == 303)
    assert done.code == (0 if status == 303 else 1), done.err
    assert memory < 150_000_000


def test_the_answers_around_an_upload_are_read_up_to_a_limit(photo: Path, reply: Reply) -> None:
    with ScriptedApi({"/kept": [reply]}) as bucket:
        for replies in ({UPLOADS: [reply]}, {UPLOADS: [invited(f"{bucket.url}/kept")]}):
            with ScriptedApi(replies) as server:
                done, memory = measured(photo, "--url", server.url, large=100)
            assert done.lines[0] == f"{photo}: {UNEXPECTED} It has more than {SMALL_BYTES} bytes."
            assert memory < 150_000_000


@pytest.mark.parametrize("spare", [0, -1])
@pytest.mark.parametrize("form", ["of a length", "in chunks", "until the end", "packed"])
def test_an_answer_of_the_largest_size(run: Run, photo: Path, form: str, spare: int) -> None:
    content = json.dumps(success().body).encode()
    limits = Limits(result_bytes=len(content) + spare)
    chunks = HEAD + CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
    reply = {
        "of a length": Reply(body=content),
        "in chunks": Reply(raw=lambda: [chunks]),
        "until the end": Reply(raw=lambda: [HEAD + b"\r\n" + content]),
        "packed": packed(success()),
    }[form]
    with ScriptedApi({RESULTS: [reply]}) as server:
        done = run(photo, "--url", server.url, limits=limits)
    assert done.code == (0 if spare == 0 else 1), done.err


def test_an_announced_size_is_enough_to_refuse_an_answer(run: Run, photo: Path) -> None:
    def silent() -> Iterator[bytes]:
        yield HEAD + b"Content-Length: 400000001\r\n\r\n"

    with ScriptedApi({RESULTS: [Reply(raw=silent)]}) as server:
        done = run(photo, "--url", server.url)
        assert len(server.asked_for(RESULTS)) == 1
    assert done.lines[0] == f"{photo}: {UNEXPECTED} It has more than 400000000 bytes."


@pytest.mark.parametrize("spare", [0, 1])
def test_a_list_of_modes_of_the_largest_size(run: Run, photo: Path, spare: int) -> None:
    modes = json.dumps(MODES).ljust(SMALL_BYTES + spare).encode()
    with ScriptedApi({"/v1/modes": [Reply(body=modes)], RESULTS: [success()]}) as server:
        assert run(photo, "--url", server.url).code == spare
