from dataclasses import asdict

import pytest

from evaluation.comparison import compare
from evaluation.figures import Figures, by_set, summarize
from tests.evaluation.drawn import scored


def test_all_figures_of_four_pictures() -> None:
    scores = {
        "ours": scored({"cats": [0.01, 0.02, 0.3, 0.15]}, undecided=0.25),
        "peer": scored({"cats": [0.02, 0.02, 0.1, 0.2]}, undecided=0.5),
    }
    found = summarize(compare(scores, "ours", ["peer"]))
    expected = Figures(
        pictures=4,
        mean=0.12,
        median=0.085,
        peer_mean=0.085,
        peer_median=0.06,
        ratio_of_means=0.12 / 0.085,
        mean_ratio=(0.5 + 1 + 3 + 0.75) / 4,
        median_ratio=0.875,
        wins=2,
        ties=1,
        clear_losses=1,
        disasters=2,
        peer_disasters=1,
        undecided=0.25,
        peer_undecided=0.5,
    )
    assert asdict(found) == pytest.approx(asdict(expected))


def test_the_undecided_area_is_that_of_the_better_peer() -> None:
    scores = {
        "ours": scored({"cats": [0.1]}),
        "one": scored({"cats": [0.1]}, undecided=0.5),
        "two": scored({"cats": [0.2]}, undecided=0.125),
    }
    assert summarize(compare(scores, "ours", ["one", "two"])).peer_undecided == 0.5


def test_a_set_without_errors_has_a_ratio() -> None:
    scores = {"ours": scored({"cats": [0.0]}), "peer": scored({"cats": [0.0]})}
    assert summarize(compare(scores, "ours", ["peer"])).ratio_of_means == 1


def test_comparisons_are_grouped_by_set() -> None:
    scores = {"ours": scored({"cats": [0.1, 0.2], "dogs": [0.3]})}
    groups = by_set(compare({**scores, "peer": scores["ours"]}, "ours", ["peer"]))
    assert {name: len(each) for name, each in groups.items()} == {"cats": 2, "dogs": 1}
