"""What is known of blocks, for each of their pixels."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cutout.refine.line import Planes

Places = npt.NDArray[np.intp]
"""Shape (blocks,): rows or columns of blocks."""


def spread(planes: Planes, rows: Places, columns: Places, side: int) -> Planes:
    """Bilinear between the middles of blocks: shape (side², planes, blocks), the pixels of some
    blocks of `side` by `side`."""
    height, width = planes.shape[1:]
    near = [
        planes[:, (rows + down).clip(0, height - 1), (columns + across).clip(0, width - 1)]
        for down in (-1, 0, 1)
        for across in (-1, 0, 1)
    ]
    pixels: Planes = _bilinear(side) @ np.stack(near).reshape(9, -1)
    return pixels.reshape(side**2, len(planes), len(rows))


@lru_cache(4)
def _bilinear(side: int) -> Planes:
    """Shape (side², 9): what a block and its eight neighbours weigh in each of its pixels."""
    at = (np.arange(side) + 0.5) / side - 0.5
    along = np.stack([np.maximum(0, -at), 1 - np.abs(at), np.maximum(0, at)], axis=1)
    weights: Planes = np.einsum("yj,xi->yxji", along, along).astype(np.float32)
    return weights.reshape(side**2, 9)
