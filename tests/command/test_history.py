"""The record of a folder's cut-outs, which may be large, or come with photos of somebody else."""

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cutout.command.history import HISTORY, LINE_BYTES, History
from tests.command.conftest import write

RED = {"crop": 1}
REFUSED = ("read", "written")


def line(cut_out: str, size: int = 0) -> bytes:
    """Return a line of a cut-out that was made with `RED`, of `size` bytes if that is more."""
    text = json.dumps({"cutout": cut_out, "options": RED})
    return f"{text.ljust(size - 1)}\n".encode()


def peak_of(history: History, cut_out: Path) -> int:
    """Return how many bytes a look at a cut-out's line takes."""
    tracemalloc.start()
    try:
        assert not history.differs([cut_out])
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "earlier",
    [line("b.png", 1000) * 20_000, b" " * 20_000_000, b"[" * 20_000_000 + b"\n"],
    ids=["many lines of one cut-out", "no line", "one line"],
)
def test_a_large_record_takes_little_memory(tmp_path: Path, earlier: bytes) -> None:
    cut_out = write(tmp_path / "a.png")
    (tmp_path / HISTORY).write_bytes(earlier + b"\n" + line("a.png"))
    assert peak_of(History(RED), cut_out) < 2_000_000


def test_each_cut_out_takes_the_memory_of_its_line(tmp_path: Path) -> None:
    cut_out = write(tmp_path / "9.png")
    lines = [line(f"{number}.png", 300) for number in range(20_000)]
    (tmp_path / HISTORY).write_bytes(b"".join(lines))
    assert peak_of(History(RED), cut_out) < 2 * 300 * 20_000


@pytest.mark.parametrize(("size", "known"), [(LINE_BYTES, True), (LINE_BYTES + 1, False)])
def test_a_line_that_no_run_writes_is_passed_over(tmp_path: Path, size: int, known: bool) -> None:
    cut_out, other = write(tmp_path / "a.png"), write(tmp_path / "b.png")
    (tmp_path / HISTORY).write_bytes(line("a.png", size) + line("b.png"))
    assert History(RED).differs([cut_out]) is not known
    assert not History(RED).differs([other])


@pytest.mark.parametrize(("limit", "known"), [(600, True), (599, False)])
def test_a_record_of_too_many_cut_outs_is_not_used(tmp_path: Path, limit: int, known: bool) -> None:
    cut_out = write(tmp_path / "a.png")
    lines = [line("b.png", 300), line("b.png", 300), line("a.png", 300)]
    (tmp_path / HISTORY).write_bytes(b"".join(lines))
    notes: list[str] = []
    history = History({}, notes.append, max_bytes=limit)
    for _ in range(2):
        assert history.differs([cut_out]) is known
    told = [] if known else [f"{tmp_path / HISTORY} can't be read: File too large."]
    assert notes == told


def test_the_limit_counts_afresh_for_a_shorter_record(tmp_path: Path) -> None:
    cut_out, record = write(tmp_path / "a.png"), tmp_path / HISTORY
    history = History(RED, pytest.fail, max_bytes=600)
    for lines in (line("a.png", 300) + line("b.png", 300), line("c.png", 200) + line("a.png")):
        record.write_bytes(lines)
        assert not history.differs([cut_out])


def test_an_unfinished_line_is_read_once_it_is_complete(tmp_path: Path) -> None:
    cut_out, whole = write(tmp_path / "a.png"), line("a.png", 300)
    record, history = tmp_path / HISTORY, History(RED)
    record.write_bytes(whole[:100])
    assert history.differs([cut_out])
    record.write_bytes(whole)
    assert not history.differs([cut_out])
    record.write_bytes(whole + b"x" * (LINE_BYTES + 100))
    assert not history.differs([cut_out])
    history.record(other := write(tmp_path / "b.png"))
    assert not history.differs([other])
    assert record.read_bytes().endswith(b"x\n" + line("b.png"))


def test_two_runs_at_once_keep_each_others_lines(tmp_path: Path) -> None:
    runs = [History({"run": number}) for number in range(2)]
    names = [write(tmp_path / f"{number}.png") for number in range(200)]

    def record(number: int) -> None:
        runs[number % 2].record(names[number])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(record, range(200)))
    for number, name in enumerate(names):
        assert not runs[number % 2].differs([name])
        assert runs[1 - number % 2].differs([name]), "seen by the run that did not write it"
    # A run that reads half of the other's line leaves an empty line behind it.
    lines = [json.loads(line) for line in (tmp_path / HISTORY).read_text().splitlines() if line]
    assert sorted(line["cutout"] for line in lines) == sorted(name.name for name in names)


@pytest.mark.parametrize(
    "torn", [b"\n", b'{"cutout": "b.p', b"\xff\xfe", b"[" * 100_000, b'"text"', b"7"]
)
def test_a_line_that_is_not_one_is_passed_over(tmp_path: Path, torn: bytes) -> None:
    cut_out = write(tmp_path / "a.png")
    History({"crop": 1}).record(cut_out)
    with (tmp_path / HISTORY).open("ab") as file:
        file.write(torn)
    History({"crop": 2}).record(cut_out)
    assert not History({"crop": 2}).differs([cut_out])
    assert History({}).differs([cut_out])


def test_a_record_that_is_replaced_or_removed(tmp_path: Path) -> None:
    cut_out, history = write(tmp_path / "a.png"), History({"crop": 1})
    history.record(cut_out)
    (tmp_path / HISTORY).write_text('{"cutout": "a.png", "options": {}}\n')
    assert history.differs([cut_out])
    (tmp_path / HISTORY).unlink()
    assert history.differs([cut_out])
    assert not history.differs([tmp_path / "missing.png"])


def test_a_record_that_can_not_be_used(tmp_path: Path) -> None:
    cut_out = write(tmp_path / "a.png")
    (tmp_path / HISTORY).mkdir()
    (tmp_path / HISTORY / "full").touch()
    notes: list[str] = []
    history = History({"crop": 1}, notes.append)
    for _ in range(2):
        assert not history.differs([cut_out])
        history.record(cut_out)
    expected = [f"{tmp_path / HISTORY} can't be {verb}: Is a directory." for verb in REFUSED]
    assert notes == expected, "each once"
