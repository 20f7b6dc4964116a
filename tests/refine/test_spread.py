import numpy as np
import pytest
from PIL import Image

from cutout.refine.line import spread


@pytest.mark.parametrize("side", [4, 8, 12])
def test_it_is_a_bilinear_enlargement(side: int) -> None:
    planes = np.random.default_rng(1).random((2, 6, 9), np.float32)
    rows, columns = np.divmod(np.arange(54), 9)
    made = spread(planes, rows, columns, side).reshape(side, side, 2, 6, 9)
    for index, plane in enumerate(planes):
        size = (9 * side, 6 * side)
        expected = np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR))
        found = made[:, :, index].transpose(2, 0, 3, 1).reshape(6 * side, 9 * side)
        assert np.abs(found - expected).max() < 1e-5
