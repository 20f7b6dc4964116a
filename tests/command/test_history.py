"""The record of a folder's cut-outs, which may be large, or come with photos of somebody else."""

import json
import tracemalloc
from pathlib import Path

import pytest

from cutout.command.history import HISTORY, LINE_BYTES, History
from tests.command.conftest import write

RED = {"crop": 1}


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
