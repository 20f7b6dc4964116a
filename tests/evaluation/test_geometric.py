import numpy as np
import pytest

from evaluation.geometric import geometric_means, resampled_means
from tests.evaluation.drawn import scored

ONE = {"cats": [0.1, 0.3, 0.2, 0.1], "dogs": [0.2, 0.4, 0.1]}
TWO = {"cats": [0.2, 0.1, 0.2, 0.3], "dogs": [0.3, 0.1, 0.2]}


def halved(errors: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [value / 2 for value in each] for name, each in errors.items()}


def test_ratios_are_to_the_better_peer_on_pictures_and_on_sets() -> None:
    scores = {
        "ours": scored({"cats": [0.1, 0.1], "dogs": [0.1]}),
        "one": scored({"cats": [0.1, 0.5], "dogs": [0.4]}),
        "two": scored({"cats": [0.3, 0.1], "dogs": [0.8]}),
    }
    found = geometric_means(scores, ["ours"], ["one", "two"])["ours"]
    assert found.to_picture.value == pytest.approx((1 * 0.25) ** 0.5)
    assert found.to_set.value == pytest.approx((0.5 * 0.25) ** 0.5)


def test_the_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    scores = {"ours": scored(TWO), "one": scored(ONE)}
    first, second = (geometric_means(scores, ["ours"], ["one"]) for _ in range(2))
    assert first == second
    estimate = first["ours"].to_picture
    assert estimate.low < estimate.value < estimate.high


def test_half_the_error_everywhere_is_certain() -> None:
    scores = {"ours": scored(halved(ONE)), "one": scored(ONE)}
    estimate = geometric_means(scores, ["ours"], ["one"])["ours"].to_set
    assert (estimate.low, estimate.value, estimate.high) == pytest.approx((0.5, 0.5, 0.5))


def test_contenders_share_the_draws() -> None:
    scores = {"ours": scored(ONE), "half": scored(halved(ONE)), "one": scored(TWO)}
    found = geometric_means(scores, ["ours", "half"], ["one"])
    assert found["half"].to_set.low == pytest.approx(found["ours"].to_set.low / 2)


def test_sets_are_resampled_as_well_as_pictures() -> None:
    """One picture a set: all that is left to draw are sets."""
    sets = [np.array([[0.1, 0.2]]), np.array([[0.2, 0.1]])]
    means = resampled_means(sets, 1, rounds=200)
    assert means.shape == (200, 2, 1)
    assert set(np.round(means.ravel(), 6)) == {0.5, 1, 2}


def test_pictures_are_resampled_within_a_set() -> None:
    means = resampled_means([np.array([[0.1, 0.2], [0.4, 0.2]])], 1, rounds=200)
    assert set(np.round(means.ravel(), 6)) == {0.5, 1.25, 2}


def test_a_set_without_errors_has_a_mean() -> None:
    scores = {"ours": scored({"cats": [0.0]}), "one": scored({"cats": [0.0]})}
    assert geometric_means(scores, ["ours"], ["one"])["ours"].to_set.value == pytest.approx(1)
