import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cutout.refine.blend import CELLS, UNIT, blend
from cutout.refine.guard import ALL
from cutout.refine.tiles import SIDE, tiles

EVERYWHERE = np.full((1024, 1024), 128, np.uint8)
SIZE = (1100, 1030)


def blended(change: float, shares: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    """Over a picture that is all tiles."""
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
