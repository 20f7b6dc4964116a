import numpy as np
import pytest

from cutout.arrays import whole


@pytest.mark.parametrize("shape", [(4, 8), (5, 8), (1, 1), (7, 3), (7, 3, 4)])
def test_whole_repeats_the_last(shape: tuple[int, ...]) -> None:
    data = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    made = whole(data, 4)
    assert made.shape[0] % 4 == made.shape[1] % 4 == 0
    assert made.shape[0] - shape[0] < 4
    assert np.array_equal(made[: shape[0], : shape[1]], data)
    assert (made[shape[0] :, : shape[1]] == data[-1]).all()
    assert (made[: shape[0], shape[1] :] == data[:, -1:]).all()
