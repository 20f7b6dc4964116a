from pathlib import Path

import pytest

from evaluation.samples import Sample
from evaluation.score import Score
from evaluation.table import means, render, set_name

CATS = [Sample("cats", Path(f"cats/im/{index}.jpg")) for index in range(2)]
DOG = Sample("dogs", Path("dogs/im/0.jpg"))


def scored(cats: tuple[float, float], dog: float) -> dict[Sample, Score]:
    errors = dict(zip([*CATS, DOG], [*cats, dog], strict=True))
    return {
        sample: Score(error, 0.1, 0.9, 0.8, 0.7, error if sample is DOG else None)
        for sample, error in errors.items()
    }


def test_means_are_by_set_and_skip_what_was_not_measured() -> None:
    scores = scored((0.1, 0.3), 0.5)
    assert means(scores, "mae") == {"cats": pytest.approx(0.2), "dogs": 0.5}
    assert means(scores, "edge") == {"dogs": 0.5}


def test_ratios_are_to_the_better_peer_of_each_set() -> None:
    scores = {
        "ours": scored((0.1, 0.1), 0.1),
        "one": scored((0.2, 0.2), 0.8),
        "two": scored((0.8, 0.8), 0.4),
    }
    report = render(scores, ["one", "two"])
    assert "| cats † | 2 | 0.50 |" in report
    assert "| dogs † | 1 | 0.25 |" in report
    assert "| geometric mean, to one |  | 0.250 |" in report
    assert "| geometric mean, to two |  | 0.177 |" in report
    assert "| geometric mean, to the better |  | 0.354 |" in report


@pytest.mark.parametrize(("pictures", "name"), [(19, "cats †"), (20, "cats")])
def test_sets_of_fewer_than_twenty_pictures_are_marked(pictures: int, name: str) -> None:
    assert set_name("cats", pictures) == name


def test_measures_that_were_not_taken_are_left_out() -> None:
    scores = {name: {DOG: Score(0.1, 0.2)} for name in ("ours", "peer")}
    report = render(scores, ["peer"])
    assert "## mean absolute error" in report
    assert "| dogs † | 0.2000 | 0.2000 |" in report
    assert "S-measure" not in report


def test_a_peer_without_errors_leaves_a_ratio() -> None:
    scores = {"ours": {DOG: Score(0.1, 0)}, "peer": {DOG: Score(0, 0)}}
    assert "| dogs † | 1 | 100000.00 |" in render(scores, ["peer"])
