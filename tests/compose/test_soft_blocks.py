import numpy as np
import pytest

from cutout.arrays import STRIPE_ROWS, stripes
from cutout.compose.soft_blocks import BLOCK, find_blocks
from cutout.pictures import Alpha

SIZES = [(4, 4), (8, 12), (3, 5), (1, 1), (130, 9), (STRIPE_ROWS * 2, 8), (STRIPE_ROWS + 2, 7)]


def kinds(height: int, width: int) -> Alpha:
    """Opaque, empty and soft pixels, in patches of a few."""
    rng = np.random.default_rng(height * width)
    patches = rng.choice(np.array([0, 128, 255], np.uint8), (height // 6 + 1, width // 6 + 1))
    return patches.repeat(6, 0).repeat(6, 1)[:height, :width]


@pytest.mark.parametrize("size", SIZES)
def test_each_block_is_of_its_kind(size: tuple[int, int]) -> None:
    alpha = kinds(*size)
    blocks = find_blocks(alpha)
    for row, column in np.ndindex(blocks.opaque.shape):
        inside = alpha[row * BLOCK : row * BLOCK + BLOCK, column * BLOCK : column * BLOCK + BLOCK]
        assert blocks.opaque[row, column] == (inside == 255).all()
        assert blocks.empty[row, column] == (inside == 0).all()
        is_soft = row * blocks.opaque.shape[1] + column in blocks.soft
        assert is_soft == (not blocks.opaque[row, column] and not blocks.empty[row, column])


@pytest.mark.parametrize("size", SIZES)
def test_neighbours_are_opaque_blocks_beside_an_edge(size: tuple[int, int]) -> None:
    blocks = find_blocks(kinds(*size))
    found = np.zeros_like(blocks.opaque)
    found.reshape(-1)[blocks.with_neighbours().soft] = True
    for row, column in np.ndindex(blocks.opaque.shape):
        around = blocks.opaque[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        is_near = blocks.opaque[row, column] and not around.all()
        is_soft = not blocks.opaque[row, column] and not blocks.empty[row, column]
        assert found[row, column] == (is_near or is_soft)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_cut_and_changed_comes_back_to_its_place(size: tuple[int, int]) -> None:
    alpha = kinds(*size)
    blocks = find_blocks(alpha)
    words = np.arange(alpha.size, dtype=np.uint32).reshape(size)
    expected = words.copy()
    cut = np.zeros((BLOCK**2, len(blocks.soft)), np.uint32)
    for rows in stripes(len(words)):
        blocks.cut(words[rows], rows.start, cut)
    for at, place in enumerate(blocks.soft):
        row, column = (int(each) * BLOCK for each in divmod(place, blocks.opaque.shape[1]))
        inside = expected[row : row + BLOCK, column : column + BLOCK]
        found = cut[:, at].reshape(BLOCK, BLOCK)[: inside.shape[0], : inside.shape[1]]
        assert np.array_equal(found, inside), "a block was cut from elsewhere"
        inside += 1_000_000
    for rows in stripes(len(words)):
        blocks.paste(words[rows], rows.start, cut + np.uint32(1_000_000))
    assert np.array_equal(words, expected)
