import numpy as np
import pytest

from evaluation.pixels import mean_error, reach, settled_ground, undecided_area
from evaluation.samples import Mask

SIDE = 1024


def right_half() -> Mask:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[:, 512:] = 255
    return mask


def undecided(mask: Mask, truth: Mask) -> float:
    """Return pixels instead of a share."""
    return undecided_area(mask, settled_ground(truth)) * truth.size


def test_the_error_is_the_mean_absolute_difference() -> None:
    mask, truth = np.array([[0, 255, 51]], np.uint8), np.array([[255, 255, 0]], np.uint8)
    assert mean_error(mask, truth) == pytest.approx((1 + 0 + 0.2) / 3)


@pytest.mark.parametrize(("alpha", "counts"), [(25, 0), (26, 1), (229, 1), (230, 0)])
def test_an_alpha_from_a_tenth_to_nine_tenths_is_undecided(alpha: int, counts: int) -> None:
    mask = right_half()
    mask[100, 100] = alpha
    assert undecided(mask, right_half()) == counts


@pytest.mark.parametrize(
    ("column", "counts"), [(511 - 5, 1), (511 - 4, 0), (511, 0), (512, 0), (512 + 4, 0), (517, 1)]
)
def test_four_pixels_beside_a_true_edge_may_be_soft(column: int, counts: int) -> None:
    mask = right_half()
    mask[300, column] = 128
    assert undecided(mask, right_half()) == counts


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
def test_edges_count_in_every_direction(turned: int) -> None:
    mask = right_half()
    mask[:, 500:520] = 128
    mask, truth = np.rot90(mask, turned), np.rot90(right_half(), turned)
    assert undecided(mask, truth) == SIDE * (20 - 2 * 5)


@pytest.mark.parametrize(
    ("truly", "at", "counts"),
    [(127, 200, 0), (127, 204, 0), (127, 205, 1), (25, 200, 1), (26, 200, 0)],
)
def test_truly_soft_pixels_and_those_near_them_do_not_count(
    truly: int, at: int, counts: int
) -> None:
    truth = np.zeros((SIDE, SIDE), np.uint8)
    truth[200, 200] = truly
    mask = np.zeros_like(truth)
    mask[200, at] = 128
    assert undecided(mask, truth) == counts


@pytest.mark.parametrize(("truly", "counts"), [(229, 0), (230, 1)])
def test_nearly_opaque_truth_is_decided(truly: int, counts: int) -> None:
    truth = np.full((SIDE, SIDE), 255, np.uint8)
    truth[200, 200] = truly
    mask = np.full_like(truth, 255)
    mask[200, 200] = 128
    assert undecided(mask, truth) == counts


def test_nothing_is_settled_by_a_picture_that_is_all_soft() -> None:
    truth = np.full((SIDE, SIDE), 128, np.uint8)
    assert undecided(truth, truth) == 0


def test_a_picture_without_edges_is_settled_everywhere() -> None:
    mask = np.full((8, 1), 128, np.uint8)
    assert undecided(mask, np.zeros_like(mask)) == 8


@pytest.mark.parametrize(
    ("shape", "pixels"),
    [((1024, 10), 4), ((10, 2048), 8), ((8192, 8192), 32), ((384, 300), 2), ((40, 40), 1)],
)
def test_the_reach_grows_with_the_longest_side(shape: tuple[int, int], pixels: int) -> None:
    assert reach(shape) == pixels
