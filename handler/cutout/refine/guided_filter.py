"""Fit alpha as a linear function of the colours nearby: a guided filter on samples.

Source: He and Sun, "Fast Guided Filter" (2015).
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.arrays import box_mean

CELL = 4
"""Samples a side of a cell; only the means of cells are used."""
REACH = 6
"""Cells to each side over which a line is fitted, and again over which lines are averaged."""
REGULARIZATION = 1e-4
"""Variance of colours (0..1) below which they determine little."""
PAIRS = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))

Planes: TypeAlias = npt.NDArray[np.float32]
"""Shape (planes, rows, columns)."""
Planes64: TypeAlias = npt.NDArray[np.float64]
"""float64 variant of `Planes`."""


def fit_lines(colours: Planes, alpha: Planes) -> Planes:
    """Return four planes with a value for each cell: slopes along red, green and blue, and offset.

    Each cell's line is the least squares fit to the samples around it; the lines nearby are then
    averaged. Colours and alpha (one plane) are 0..1, and their sides are multiples of CELL.
    """
    products = [colours[first] * colours[second] for first, second in PAIRS]
    seen = np.concatenate([colours, alpha, np.stack(products), colours * alpha])
    means: Planes64 = box_mean(_cells(seen), REACH).astype(np.float64)
    colour, share = means[:3], means[3]
    covariance = means[4:10] - np.stack([colour[first] * colour[second] for first, second in PAIRS])
    slopes = _solve(covariance, means[10:] - colour * share)
    offset = share - (slopes * colour).sum(axis=0)
    return box_mean(np.concatenate([slopes, offset[np.newaxis]]).astype(np.float32), REACH)


def _cells(samples: Planes) -> Planes:
    """Return the mean of each cell."""
    rows = sum((samples[:, row::CELL] for row in range(1, CELL)), samples[:, ::CELL])
    means: Planes = sum((rows[..., at::CELL] for at in range(1, CELL)), rows[..., ::CELL])
    means *= np.float32(1 / CELL**2)
    return means


def _solve(covariance: Planes64, with_alpha: Planes64) -> Planes64:
    """Solve symmetric 3 x 3 systems by cofactors. Regularized, they are never singular."""
    (a, d, f), (b, c, e) = covariance[:3] + REGULARIZATION, covariance[3:]
    x, y, z = with_alpha
    rows = (
        (d * f - e * e, c * e - b * f, b * e - c * d),
        (c * e - b * f, a * f - c * c, b * c - a * e),
        (b * e - c * d, b * c - a * e, a * d - b * b),
    )
    determinant = a * rows[0][0] + b * rows[0][1] + c * rows[0][2]
    solved: Planes64 = np.stack([p * x + q * y + r * z for p, q, r in rows]) / determinant
    return solved


BlockIndices = npt.NDArray[np.intp]
"""Shape (blocks,): rows or columns of blocks."""


def interpolate(planes: Planes, rows: BlockIndices, columns: BlockIndices, side: int) -> Planes:
    """Interpolate bilinearly between the middles of blocks.

    Return shape (side², planes, blocks): the pixels of some blocks of `side` by `side`.
    """
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
    """Return the weights of a block and its eight neighbours in each pixel, shape (side², 9)."""
    at = (np.arange(side) + 0.5) / side - 0.5
    along = np.stack([np.maximum(0, -at), 1 - np.abs(at), np.maximum(0, at)], axis=1)
    weights: Planes = np.einsum("yj,xi->yxji", along, along).astype(np.float32)
    return weights.reshape(side**2, 9)
