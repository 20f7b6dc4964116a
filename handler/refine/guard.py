"""A tile decides where an edge runs, not what the object is."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from handler.pictures import Alpha

CELL = 8  # pixels
REACH = 2  # cells: as far from an edge of the coarse alpha may the fine one differ
AROUND = 2  # cells to each side, over which the two must agree
AGREED, APART = 0.25, 0.5  # mean difference over them: all of the change is kept, none of it

Share = npt.NDArray[np.float32]
"""Shape of the tile, 0..1: how much of the change is kept."""


def guard(coarse: Alpha, fine: Alpha) -> Share:
    """Both of a shape that divides by 8. What the fine alpha adds or takes away over more than an
    edge's width, or far from any, was invented or lost there: the coarse alpha saw all of the
    picture."""
    means = [_means(alpha) for alpha in (coarse, fine)]
    apart = np.abs(_spread(means[1] - means[0], AROUND)) / np.float32(255)
    kept = np.clip((APART - apart) / (APART - AGREED), 0, 1)
    near = np.minimum(1, _spread(_mixed(coarse).astype(np.float32), REACH) * (2 * REACH + 1) ** 2)
    cells = Image.fromarray((kept * near).astype(np.float32))
    return np.asarray(cells.resize(coarse.shape[::-1], Image.Resampling.BILINEAR))


def _means(alpha: Alpha) -> Share:
    rows = alpha.reshape(-1, CELL, alpha.shape[1]).mean(axis=1, dtype=np.float32)
    means: Share = rows.reshape(len(rows), -1, CELL).mean(axis=2)
    return means


def _mixed(alpha: Alpha) -> npt.NDArray[np.bool_]:
    """Cells that are neither all background nor all object."""
    rows = alpha.reshape(-1, CELL, alpha.shape[1])
    low, high = rows.min(axis=1), rows.max(axis=1)
    low, high = (each.reshape(len(each), -1, CELL) for each in (low, high))
    mixed: npt.NDArray[np.bool_] = (low.min(axis=2) < 255) & (high.max(axis=2) > 0)
    return mixed


def _spread(cells: Share, reach: int) -> Share:
    """Mean over a square of cells, the border's repeated."""
    side = 2 * reach + 1
    for axis in (0, 1):
        sums = np.cumsum(_padded(cells, reach, axis), axis=axis, dtype=np.float32)
        start, stop = (
            np.take(sums, range(begin, begin + cells.shape[axis]), axis) for begin in (0, side)
        )
        cells = (stop - start) / np.float32(side)
    return cells


def _padded(cells: Share, reach: int, axis: int) -> Share:
    """With the border's cells repeated, and a row of zeros before, for the sums."""
    widths = [(0, 0), (0, 0)]
    widths[axis] = (reach, reach)
    wide = np.pad(cells, widths, "edge")
    widths[axis] = (1, 0)
    return np.pad(wide, widths)
