import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cutout.pictures import Alpha
from cutout.refine.blend import ALL, CELL, CELLS, UNIT, blend, kept_shares
from cutout.refine.tiles import SIDE, tiles

EVERYWHERE = np.full((1024, 1024), 128, np.uint8)
SIZE = (1100, 1030)


def blended(change: float, shares: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    """Blend tiles that cover a whole picture."""
    total = np.zeros(SIZE[::-1], np.int16)
    for tile in tiles(EVERYWHERE, *SIZE):
        (part,) = blend([tile], np.full((1, SIDE, SIDE), change, np.float32), shares)
        total[tile.inside] += part[tile.within]
    return total


@pytest.mark.parametrize("change", [-255, -1, 1, 255])
def test_where_all_is_kept_the_whole_change_arrives(change: int) -> None:
    shares = np.full((1, CELLS, CELLS), ALL, np.float32)
    assert (blended(change, shares) == change * UNIT).all()


def test_where_nothing_is_kept_nothing_changes() -> None:
    assert not blended(255, np.zeros((1, CELLS, CELLS), np.float32)).any()


def test_between_cells_shares_are_bilinear() -> None:
    shares = np.random.default_rng(3).integers(0, ALL + 1, (1, CELLS, CELLS)).astype(np.float32)
    tile = next(each for each in tiles(EVERYWHERE, *SIZE) if each.left > 0 and each.top > 0)
    (part,) = blend([tile], np.full((1, SIDE, SIDE), 200, np.float32), shares)
    enlarged = Image.fromarray(shares[0]).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    middle = slice(SIDE // 4, -SIDE // 4)  # where the tile has all of the weight
    expected = np.asarray(enlarged)[middle, middle] * (200 * UNIT / ALL)
    assert np.abs(part[middle, middle] - expected).max() <= 0.51, "not rounded to nearest"


def test_each_tile_has_its_own_share() -> None:
    found = tiles(EVERYWHERE, *SIZE)[:3]
    rng = np.random.default_rng(4)
    change = rng.integers(-255, 256, (3, SIDE, SIDE)).astype(np.float32)
    shares = rng.integers(0, ALL + 1, (3, CELLS, CELLS)).astype(np.float32)
    together = blend(found, change, shares)
    for index, tile in enumerate(found):
        one = slice(index, index + 1)
        assert np.array_equal(together[one], blend([tile], change[one], shares[one]))


EXTENT = 320


def kept(coarse: Alpha, fine: Alpha) -> npt.NDArray[np.float32]:
    """Return the shares of the cells of one tile, 0..1; a second tile must not affect them."""
    coarses = np.stack([coarse, 255 - coarse[::-1]])
    changes = np.stack([fine.astype(np.float32) - coarse, np.zeros(coarse.shape, np.float32)])
    share = kept_shares(coarses, changes)
    assert share.shape == (2, EXTENT // CELL, EXTENT // CELL)
    assert np.array_equal(share, np.rint(share)), "blending is exact for whole numbers only"
    first: npt.NDArray[np.float32] = share[0]
    return first / np.float32(ALL)


def half(edge: int = 160) -> Alpha:
    alpha = np.zeros((EXTENT, EXTENT), np.uint8)
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
    coarse = np.zeros((EXTENT, EXTENT), np.uint8)
    coarse[80:240, 80:240] = 255
    share = kept(coarse, np.zeros_like(coarse))
    assert share[14:26, 14:26].max() == 0, "a window dropped the object"


def test_the_gaps_of_a_fence_may_open() -> None:
    coarse = np.full((EXTENT, EXTENT), 128, np.uint8)
    fine = np.where(np.arange(EXTENT) // 4 % 2, 255, 0).astype(np.uint8)
    share = kept(coarse, np.broadcast_to(fine, coarse.shape).copy())
    assert share.min() == 1, "what agrees on the whole is refused its detail"


def test_between_agreed_and_apart_a_part_is_kept() -> None:
    coarse = np.full((EXTENT, EXTENT), 100, np.uint8)
    shares = [kept(coarse, coarse + np.uint8(add))[20, 20] for add in (63, 64, 96, 127, 128)]
    assert shares[0] == 1
    assert shares[2] == 0.5
    assert shares[-1] == 0
    assert sorted(shares, reverse=True) == shares


def test_two_cells_from_an_edge_are_near_and_three_are_not() -> None:
    coarse = np.zeros((EXTENT, EXTENT), np.uint8)
    coarse[160, 160] = 1
    share = kept(coarse, coarse)
    near = np.zeros_like(share)
    near[18:23, 18:23] = 1
    assert np.array_equal(share, near)
