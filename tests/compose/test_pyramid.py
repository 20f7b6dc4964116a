import numpy as np
import numpy.typing as npt
import pytest

from cutout.compose.foreground import Sums, means_at

RED, BLUE = (200, 20, 10, 255), (10, 20, 200, 255)


def weighted(shape: tuple[int, int], colour: tuple[int, ...], share: npt.ArrayLike) -> Sums:
    weights = np.broadcast_to(share, shape)[..., np.newaxis]
    sums: Sums = (weights * np.array(colour)).astype(np.float32)
    return sums


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (40, 31), (128, 128)])
def test_of_one_colour_it_is_the_mean_however_little_it_weighs(shape: tuple[int, int]) -> None:
    share = np.zeros(shape)
    share[0, 0] = 1e-3
    places = np.arange(shape[0] * shape[1])
    means = means_at(places, weighted(shape, RED, share))
    assert np.abs(means - RED).max() < 0.01


def test_where_nothing_weighs_anything_there_is_an_answer() -> None:
    """Whatever it is: an alpha that is opaque nowhere has no object's colour."""
    means = means_at(np.arange(100), np.zeros((10, 10, 4), np.float32))
    assert np.isfinite(means).all()


def test_what_is_near_has_the_say_and_what_is_far_where_nothing_is() -> None:
    share = np.zeros((64, 64))
    share[:, :8] = 1
    sums = weighted((64, 64), RED, share)
    sums[:, 56:] = BLUE
    beside_red, beside_blue, between = means_at(np.array([8, 55, 32 * 64 + 32]), sums)
    assert np.abs(beside_red - RED).max() < 2
    assert np.abs(beside_blue - BLUE).max() < 2
    assert min(RED[0], BLUE[0]) < between[0] < max(RED[0], BLUE[0])


def test_means_are_those_asked_for() -> None:
    rng = np.random.default_rng(8)
    sums = weighted((33, 47), RED, rng.random((33, 47)))
    sums[..., :3] *= rng.random((33, 47, 1)).astype(np.float32)
    every = means_at(np.arange(33 * 47), sums)
    some = np.array([0, 46, 47, 700, 33 * 47 - 1])
    assert np.allclose(means_at(some, sums), every[some], atol=1e-3)
