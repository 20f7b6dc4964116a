import numpy as np
import pytest

from handler.refine.tiles import ONE, SIDE, tiles

EVERYWHERE = np.full((1024, 1024), 128, np.uint8)


@pytest.mark.parametrize(
    "size", [(1025, 1025), (4096, 4096), (5179, 1100), (1100, 5179), (1281, 2049), (1024, 300)]
)
def test_weights_sum_to_one_on_every_pixel(size: tuple[int, int]) -> None:
    width, height = size
    total = np.zeros((height, width), np.int64)
    for tile in tiles(EVERYWHERE, width, height):
        total[tile.inside] += tile.weights[tile.within]
    assert total.min() == total.max() == ONE * ONE, "a seam would show"


def test_tiles_are_where_an_edge_passes_and_only_there() -> None:
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[500:520, 500:520] = 255
    found = tiles(alpha, 4096, 4096)
    covered = np.zeros((4096, 4096), bool)
    for tile in found:
        covered[tile.inside] = True
    assert covered[1996:2084, 1996:2084].all(), "an edge has no tile"
    assert len(found) <= 4, "tiles where nothing is to be done"


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
