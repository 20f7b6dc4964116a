import csv
from pathlib import Path

import pytest

from evaluation.comparison import compare, is_disaster, write_pictures
from evaluation.score import Score
from tests.evaluation.drawn import sample, scored


@pytest.mark.parametrize(
    ("ours", "win", "tie", "clear_loss"),
    [
        (0.0494, True, False, False),
        (0.0495, False, True, False),
        (0.05, False, True, False),
        (0.0505, False, True, False),
        (0.0506, False, False, False),
        (0.07, False, False, False),
        (0.0701, False, False, True),
    ],
)
def test_limits_of_wins_ties_and_clear_losses(
    ours: float, win: bool, tie: bool, clear_loss: bool
) -> None:
    scores = {"ours": scored({"cats": [ours]}), "peer": scored({"cats": [0.05]})}
    (found,) = compare(scores, "ours", ["peer"])
    assert (found.is_win, found.is_tie, found.is_clear_loss) == (win, tie, clear_loss)


def test_limits_hold_whatever_binary_fractions_leave() -> None:
    for peer in range(0, 1000, 7):
        for difference, of_tie in ((0.0005, True), (0.0006, False)):
            error = peer / 1000
            scores = {
                "ours": scored({"cats": [error + difference]}),
                "peer": scored({"cats": [error]}),
            }
            (found,) = compare(scores, "ours", ["peer"])
            assert found.is_tie is of_tie, (error, difference)


@pytest.mark.parametrize(("error", "expected"), [(0.1, False), (0.1001, True)])
def test_a_disaster_is_over_a_tenth(error: float, expected: bool) -> None:
    assert is_disaster(Score(error, 0)) is expected


def test_the_better_peer_is_found_for_each_picture() -> None:
    scores = {
        "ours": scored({"cats": [0.1, 0.1, 0.1]}),
        "one": scored({"cats": [0.2, 0.05, 0.1]}),
        "two": scored({"cats": [0.05, 0.2, 0.1]}),
    }
    found = compare(scores, "ours", ["one", "two"])
    assert [each.peer for each in found] == ["two", "one", "one"]
    assert [each.excess for each in found] == [0.05, 0.05, 0]
    assert [each.sample for each in found] == [sample("cats", number) for number in range(3)]


@pytest.mark.parametrize(
    ("ours", "theirs", "ratio"), [(0.04, 0.02, 2), (0.0001, 0, 1), (0, 0.001, 0.5), (0.01, 0, 20)]
)
def test_ratios_do_not_hang_on_errors_that_nobody_sees(
    ours: float, theirs: float, ratio: float
) -> None:
    scores = {"ours": scored({"cats": [ours]}), "peer": scored({"cats": [theirs]})}
    (found,) = compare(scores, "ours", ["peer"])
    assert found.ratio == pytest.approx(ratio)


def test_every_picture_is_a_row_of_the_file(tmp_path: Path) -> None:
    scores = {
        "ours": scored({"cats": [0.1], "dogs": [0.2]}, undecided=0.5),
        "one": scored({"cats": [0.3], "dogs": [0.04]}, undecided=0.25),
        "two": scored({"cats": [0.2], "dogs": [0.3]}),
    }
    path = tmp_path / "pictures.csv"
    write_pictures(scores, ["one", "two"], path)
    with path.open(newline="") as file:
        cat, dog = csv.DictReader(file)
    assert cat == {
        "set": "cats",
        "name": "0",
        "error ours": "0.100000",
        "error one": "0.300000",
        "error two": "0.200000",
        "better peer": "two",
        "error better peer": "0.200000",
        "undecided ours": "0.500000",
        "undecided one": "0.250000",
        "undecided two": "0.000000",
    }
    assert (dog["set"], dog["better peer"], dog["error better peer"]) == ("dogs", "one", "0.040000")
