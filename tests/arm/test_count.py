"""Check how `tests.arm.count` reads and shows what the plugin counted."""

import os

import pytest

from tests.arm.count import Count, counts, table
from tests.arm.looks import NAMES, main
from tests.local_server import ROOT
from tests.samples import PHOTOS

MARKS = "100 1\n350 11\n400 11\n500 15\n600 15\n900 15\n1000 15\n1002 16\n"


def test_counts_lie_between_pairs_of_marks() -> None:
    assert counts(MARKS) == [Count(250, 10), Count(100, 4), Count(300, 0), Count(2, 1)]


@pytest.mark.parametrize("marks", ["", MARKS[:-8], MARKS + "1 1\n"])
def test_other_marks_are_an_error(marks: str) -> None:
    with pytest.raises(ValueError, match="marks instead of 8"):
        counts(marks)


def test_the_table_has_billions_ratios_and_least_seconds() -> None:
    arm = [Count(3_000_000_000, 1_250_000_000)] * len(NAMES)
    x86 = [Count(4_000_000_000, 500_000_000)] * len(NAMES)
    *_, edges, looks = table(arm, x86).splitlines()
    assert edges == "| edge refiner, 4 tiles | 3 | 1.25 | 4 | 0.5 | 0.75 | 0.25 |"
    assert looks == "| all looks | 9 | 3.75 | 12 | 1.5 | 0.75 | 0.75 |"


def test_each_network_runs_between_two_marks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    marks: list[str] = []
    monkeypatch.setattr(os, "getppid", lambda: marks.append(capsys.readouterr().out))
    main(ROOT / "model", PHOTOS / "astronaut-160.jpg")
    printed = [*marks[2::2], capsys.readouterr().out]
    assert len(marks) == 2 * len(NAMES)
    assert all(name in text for name, text in zip(NAMES, printed, strict=True))
