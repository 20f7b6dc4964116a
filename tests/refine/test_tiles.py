import numpy as np
import pytest

from handler.pictures import Alpha
from handler.refine.refine import enlarge
from handler.refine.tiles import ONE, SIDE, STEP, Tile, along, tiles

EVERYWHERE = np.full((1024, 1024), 128, np.uint8)


def weights(found: list[Tile], width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype]:
    """Of all tiles, at each of the picture's pixels."""
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
    assert (total[1996:2084, 1996:2084] == ONE * ONE).all(), "a part of an edge has no tile"
    across = -(-(84 + SIDE) // STEP)
    assert len(found) <= across**2, "tiles where nothing is to be done"


@pytest.mark.parametrize("size", [(4096, 4096), (1500, 1300), (5000, 300), (1025, 90)])
def test_all_that_the_enlargement_mixes_has_its_tiles(size: tuple[int, int]) -> None:
    """On whichever side of the coarse alpha's own size."""
    rng = np.random.default_rng(6)
    coarse = np.zeros((1024, 1024), np.uint8)
    for top, left, height, width in rng.integers(1, 800, (4, 4)) // (1, 1, 4, 4):
        coarse[top : top + height, left : left + width] = 255
    enlarged = enlarge(coarse, size)
    mixed = (enlarged > 0) & (enlarged < 255)
    assert (weights(tiles(coarse, *size), *size)[mixed] == ONE * ONE).all()


@pytest.mark.parametrize("inside", [True, False])
def test_what_has_no_weight_is_no_reason_for_a_tile(inside: bool) -> None:
    """A line through what the first two columns of tiles share, on either side of where the
    second begins to count."""
    first_weighted = next(i for i, each in enumerate(along(first=False, last=False)) if each)
    second = tiles(EVERYWHERE, 1100, 1100)[1].left
    alpha = np.zeros((1100, 1100), np.uint8)
    alpha[:, : second + first_weighted + (4 if inside else -4)] = 255
    lefts = {tile.left for tile in tiles(alpha, 1100, 1100)}
    assert (second in lefts) is inside


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
