import numpy as np
import numpy.typing as npt

from cutout.pictures import Alpha
from cutout.refine.guard import ALL, CELL, guard

SIDE = 320


def kept(coarse: Alpha, fine: Alpha) -> npt.NDArray[np.float32]:
    """Shares of the cells, 0..1; another tile beside it says nothing about them."""
    coarses = np.stack([coarse, 255 - coarse[::-1]])
    changes = np.stack([fine.astype(np.float32) - coarse, np.zeros(coarse.shape, np.float32)])
    share = guard(coarses, changes)
    assert share.shape == (2, SIDE // CELL, SIDE // CELL)
    assert np.array_equal(share, np.rint(share)), "blending is exact for whole numbers only"
    first: npt.NDArray[np.float32] = share[0]
    return first / np.float32(ALL)


def half(edge: int = 160) -> Alpha:
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    alpha[:, edge:] = 255
    return alpha


def test_an_edge_may_move_by_its_width() -> None:
    share = kept(half(157), half(152))
    assert share[12:27, 19].min() == 1, "a sharper edge is refused"


def test_an_object_can_not_be_invented_far_from_any_edge() -> None:
    fine = half()
    fine[40:120, 20:100] = 255
    share = kept(half(), fine)
    assert share[7:13, 5:10].max() == 0, "a window invented an object"


def test_an_object_can_not_be_lost() -> None:
    coarse = np.zeros((SIDE, SIDE), np.uint8)
    coarse[80:240, 80:240] = 255
    share = kept(coarse, np.zeros_like(coarse))
    assert share[14:26, 14:26].max() == 0, "a window dropped the object"


def test_the_gaps_of_a_fence_may_open() -> None:
    coarse = np.full((SIDE, SIDE), 128, np.uint8)
    fine = np.where(np.arange(SIDE) // 4 % 2, 255, 0).astype(np.uint8)
    share = kept(coarse, np.broadcast_to(fine, coarse.shape).copy())
    assert share.min() == 1, "what agrees on the whole is refused its detail"


def test_between_agreed_and_apart_a_part_is_kept() -> None:
    coarse = np.full((SIDE, SIDE), 100, np.uint8)
    shares = [kept(coarse, coarse + np.uint8(add))[20, 20] for add in (63, 64, 96, 127, 128)]
    assert shares[0] == 1
    assert shares[2] == 0.5
    assert shares[-1] == 0
    assert sorted(shares, reverse=True) == shares


def test_two_cells_from_an_edge_are_near_and_three_are_not() -> None:
    coarse = np.zeros((SIDE, SIDE), np.uint8)
    coarse[160, 160] = 1
    share = kept(coarse, coarse)
    near = np.zeros_like(share)
    near[18:23, 18:23] = 1
    assert np.array_equal(share, near)
