import numpy as np
import pytest
from PIL import Image

from cutout.refine.refine import ROWS, enlarge

COARSE = np.random.default_rng(5).integers(0, 256, (128, 128), np.uint8)


@pytest.mark.parametrize(
    "size",
    [(512, 512), (512, 384), (129, 129), (128, 127), (127, 300), (64, 32), (500, 1), (1, 500)],
)
def test_it_is_what_pillow_says(size: tuple[int, int]) -> None:
    """In both directions; where distances are eighths to the last bit, otherwise to a step."""
    expected = Image.fromarray(COARSE).resize(size, Image.Resampling.BILINEAR)
    made = enlarge(COARSE, size)
    assert made.dtype == np.uint8
    apart = np.abs(made.astype(int) - np.asarray(expected)).max()
    assert apart <= (0 if size[1] == 4 * len(COARSE) else 1)


@pytest.mark.parametrize("value", [0, 1, 254, 255])
def test_what_is_even_stays(value: int) -> None:
    made = enlarge(np.full((100, 100), value, np.uint8), (333, 777))
    assert made.min() == made.max() == value


@pytest.mark.parametrize("height", [ROWS, ROWS - 1, ROWS + 1, 2 * ROWS])
def test_no_row_is_left_out(height: int) -> None:
    assert (enlarge(np.full((2, 2), 255, np.uint8), (3, height)) == 255).all()
