"""`benchmarks.peers`: what workers print becomes the page."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.peers.laps import Lap, Outcome, read_outcome
from benchmarks.peers.mixed import chosen, table
from benchmarks.peers.page import Entry, render


def entry(name: str, seconds: float, edge: float | None) -> Entry:
    lap = Lap(seconds, seconds / 2)
    laps = {
        "photo/1024": lap,
        "photo/4096": Lap(4 * seconds, seconds),
        "nets/a": lap,
        "nets/b": lap,
    }
    edges = {} if edge is None else {"nets/a": edge - 0.01, "nets/b": edge + 0.01}
    return Entry(name, Outcome(laps, 123_000_000), edges)


def test_medians_of_the_repeats_are_read_from_the_last_line() -> None:
    said = {"laps": {"nets/a": [[3.0, 1.0], [1.0, 1.5], [2.0, 9.0]]}, "peak": 5}
    outcome = read_outcome(b"a warning\n" + json.dumps(said).encode() + b"\n")
    assert outcome == Outcome({"nets/a": Lap(2.0, 1.5)}, 5)


def test_ratios_are_to_the_reference() -> None:
    page = render([entry("rembg ISNet", 4, 0.04), entry("ours, best", 1, 0.02)], 1, 3)
    assert "| | `photo/1024` | `photo/4096` | `nets` | peak MB |" in page
    assert "| ours, best | 1.00 (0.25) | 4.00 (0.25) | 1.00 (0.25) | 123 |" in page
    assert "| ours, best | 0.0200 (0.50) |" in page


def test_what_was_not_measured_is_a_dash() -> None:
    alone = Entry("slow one", Outcome({"photo/1024": Lap(9, 9)}, 1), {})
    page = render([entry("rembg ISNet", 4, 0.04), alone], 1, 3)
    assert "| slow one | 9.00 (2.25) | - | - | 0 |" in page
    assert "| slow one | - |" in page


def test_the_errors_of_the_colours_stand_beside_those_of_the_edges() -> None:
    entries = [
        replace(entry("rembg ISNet", 4, 0.04), fringes={"nets/a": 0.5}),
        replace(entry("ours, best", 1, 0.02), fringes={"nets/a": 0.25}),
    ]
    page = render(entries, 1, 3)
    assert "| | edge, `nets` | colours, `nets` |\n|---|---:|---:|\n" in page
    assert "| ours, best | 0.0200 (0.50) | 0.2500 (0.50) |" in page


def test_without_sets_there_is_no_table_of_edges() -> None:
    assert "true edge" not in render([entry("rembg ISNet", 4, None)], 1, 3)


def test_a_page_needs_its_reference() -> None:
    with pytest.raises(StopIteration):
        render([entry("ours, best", 1, None)], 1, 3)


def test_ratios_of_mixed_pictures_are_picture_by_picture() -> None:
    """The medians of the seconds alone have a ratio of 0.25."""
    theirs = {"nets/a": Lap(4, 4), "nets/b": Lap(8, 8), "cats/a": Lap(2, 2)}
    ours = {"cats/a": Lap(1, 9), "nets/a": Lap(1, 9), "nets/b": Lap(2.4, 9)}
    outcomes = {"rembg ISNet": Outcome(theirs, 2_000_000_000), "ours, auto": Outcome(ours, 9)}
    assert table(outcomes).splitlines()[2:] == [
        "| rembg ISNet | 4.00 | 1.00 | 1.00 | 1.00 | 1.00 | 2,000 |",
        "| ours, auto | 1.00 | 0.30 | 0.25 | 0.50 | 0.31 | 0 |",
    ]


@pytest.mark.parametrize(
    ("each", "expected"), [(1, ["b.jpg", "z.jpg"]), (2, ["a.jpg", "c.jpg", "z.jpg"])]
)
def test_mixed_pictures_are_spread_over_each_set(
    tmp_path: Path, each: int, expected: list[str]
) -> None:
    for name in (
        "cats/im/c.jpg",
        "cats/im/a.jpg",
        "cats/im/b.jpg",
        "cats/gt/a.png",
        "nets/im/z.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert [path.name for path in chosen([tmp_path], each)] == expected
