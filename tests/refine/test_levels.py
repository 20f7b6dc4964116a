import numpy as np

from cutout.refine.refine import CEILING, FLOOR, stretch_levels


def test_nearly_nothing_is_nothing_and_nearly_all_is_all() -> None:
    alpha = np.arange(256, dtype=np.uint8)
    stretched = stretch_levels(alpha)
    assert stretched.dtype == np.uint8
    assert (stretched[: FLOOR + 1] == 0).all()
    assert stretched[FLOOR + 1] > 0
    assert (stretched[CEILING:] == 255).all()
    assert stretched[CEILING - 1] < 255
    assert (np.diff(stretched.astype(int)) >= 0).all()
    assert stretched[128] == 128
