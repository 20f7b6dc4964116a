import numpy as np
import pytest
from PIL import Image

from handler.refine.spread import spread, whole


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


@pytest.mark.parametrize("shape", [(4, 8), (5, 8), (1, 1), (7, 3), (7, 3, 4)])
def test_whole_repeats_the_last(shape: tuple[int, ...]) -> None:
    data = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    made = whole(data, 4)
    assert made.shape[0] % 4 == made.shape[1] % 4 == 0
    assert made.shape[0] - shape[0] < 4
    assert np.array_equal(made[: shape[0], : shape[1]], data)
    assert (made[shape[0] :, : shape[1]] == data[-1]).all()
    assert (made[: shape[0], shape[1] :] == data[:, -1:]).all()
