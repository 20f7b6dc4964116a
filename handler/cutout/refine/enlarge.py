"""The coarse alpha at the picture's size."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.pictures import Alpha

ROWS = 32
"""At once: 4096 pixels of each, in two bytes, stay in the processor's cache."""
ONE = 256  # 255 of these, and a half, are as much as two bytes hold

Wide: TypeAlias = npt.NDArray[np.uint16]


def enlarge(coarse: Alpha, size: tuple[int, int]) -> Alpha:
    """To `size`, width and height: bilinear, which can't ring; where the picture is smaller than
    the network's square Pillow widens the kernel to what it shrinks by. Where it is taller, its
    rows are mixed here: Pillow, which does a byte at a time, takes four times as long."""
    width, height = size
    rows = min(height, len(coarse))
    wide = np.asarray(Image.fromarray(coarse).resize((width, rows), Image.Resampling.BILINEAR))
    return wide if rows == height else _taller(wide, height)


def _taller(alpha: Alpha, height: int) -> Alpha:
    """Each row is the mean of the two that are nearest, to the 256th of the distance."""
    at = ((np.arange(height) + 0.5) * (len(alpha) / height) - 0.5).clip(0, len(alpha) - 1)
    above = at.astype(np.intp)
    below = np.minimum(above + 1, len(alpha) - 1)
    share = np.rint((at - above) * ONE).astype(np.uint16)[:, np.newaxis]
    taller: Alpha = np.empty((height, alpha.shape[1]), np.uint8)
    for top in range(0, height, ROWS):
        rows = slice(top, top + ROWS)
        mixed, other = (_wide(alpha, near[rows]) for near in (above, below))
        mixed *= np.uint16(ONE) - share[rows]
        other *= share[rows]
        mixed += other
        mixed += np.uint16(ONE // 2)
        mixed >>= np.uint16(8)
        taller[rows] = mixed
    return taller


def _wide(alpha: Alpha, rows: npt.NDArray[np.intp]) -> Wide:
    return alpha.take(rows, axis=0).astype(np.uint16)
