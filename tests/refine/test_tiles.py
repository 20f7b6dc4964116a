import numpy as np
import pytest

from cutout.pictures import Alpha
from cutout.refine.refine import enlarge
from cutout.refine.tiles import ONE, SIDE, Tile, along, tiles

EVERYWHERE = np.full((1024, 1024), 128, np.uint8)


def weights(found: list[Tile], width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype]:
    """Return the sum of all tiles' weights at each of the picture's pixels."""
    total = np.zeros((height, width), np.int64)
    for tile in found:
        rows, columns = (along(*ends) for ends in tile.ends)
        total[tile.inside] += np.outer(rows, columns)[tile.within]
    return total


@pytest.mark.parametrize(
    "size",
    [(1025, 1025), (4096, 4096), (5179, 1100), (1100, 5179), (1281, 2049), (1024, 300), (3000, 7)],
)
def test_weights_sum_to_one_on_every_pixel(size: tuple[int, int]) -> None:
    total = weights(tiles(EVERYWHERE, *size), *size)
    assert total.min() == total.max() == ONE * ONE, "a seam would show"


def one_spot() -> Alpha:
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[500:520, 500:520] = 255
    return alpha


def test_tiles_are_where_an_edge_passes_and_only_there() -> None:
    found = tiles(one_spot(), 4096, 4096)
    total = weights(found, 4096, 4096)
    assert (total[1998:2082, 1998:2082] == ONE * ONE).all(), "a part of an edge has no tile"
    assert len(found) == 4, "84 pixels are two tiles each way, and no more"
    assert not total[: 1998 - SIDE].any(), "a tile where nothing is to be done"


def boxes(seed: int) -> Alpha:
    """A few, anywhere, of which some touch the border."""
    coarse = np.zeros((1024, 1024), np.uint8)
    for top, left, height, width in np.random.default_rng(seed).integers(0, 1000, (6, 4)):
        coarse[top : top + height // 4, left : left + width // 4] = 255
    return coarse


SIZES = [(4096, 4096), (1500, 1300), (5000, 300), (1025, 90), (1030, 1100)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", SIZES)
def test_all_that_the_enlargement_mixes_has_its_tiles(size: tuple[int, int], seed: int) -> None:
    """Check sizes below and above the coarse alpha's own."""
    coarse = boxes(seed)
    enlarged = enlarge(coarse, size)
    mixed = (enlarged > 0) & (enlarged < 255)
    assert (weights(tiles(coarse, *size), *size)[mixed] == ONE * ONE).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", SIZES)
def test_nowhere_do_weights_sum_to_more_than_one(size: tuple[int, int], seed: int) -> None:
    assert weights(tiles(boxes(seed), *size), *size).max() <= ONE * ONE


@pytest.mark.parametrize("left", range(100, 140, 3))
def test_what_fits_a_tile_has_one_wherever_it_is(left: int) -> None:
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[300:312, left : left + 12] = 200
    assert len(tiles(alpha, 4096, 4096)) == 1


@pytest.mark.parametrize(("width", "count"), [(68, 1), (74, 2), (148, 2), (154, 3)])
def test_what_has_no_weight_is_no_reason_for_a_tile(width: int, count: int) -> None:
    """Check both sides of the limit for one and for two tiles."""
    alpha = np.zeros((1100, 1100), np.uint8)
    alpha[:, 200 : 200 + width] = 128
    assert len({tile.left for tile in tiles(alpha, 1100, 1100)}) == count


@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_without_edges_has_no_tiles(value: int) -> None:
    assert tiles(np.full((1024, 1024), value, np.uint8), 4096, 4096) == []


def test_the_tile_with_most_of_an_edge_comes_first() -> None:
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[100:104, 100:104] = 255  # a speck
    alpha[600:700, 600:700] = 128  # much to decide
    first = tiles(alpha, 4096, 4096)[0]
    rows, columns = first.inside
    assert rows.stop > 2400
    assert columns.stop > 2400
    assert rows.stop - rows.start <= SIDE
