"""Blend the changes of tiles into the enlarged alpha.

A tile decides where an edge runs, not what the object is: a change is kept only near an edge of the
coarse alpha, and only while the two agree on average. Overlapping tiles are weighted so that they
fade into each other.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.pictures import Alpha
from cutout.refine.tiles import ONE, SIDE, Tile, along

CELL = 8  # pixels
REACH = 2
"""Cells around an edge of the coarse alpha within which the fine one may differ."""
AROUND = 2
"""Cells to each side over which the two alphas must agree on average."""
AGREED, APART = 0.25, 0.5
"""Mean difference (0..1) over them up to which all of a change is kept, and from which none is."""
ALL = 64
"""Share that stands for all of a change: an integer, so that products stay exact."""

Change = npt.NDArray[np.float32]
"""Shape of the tiles, whole numbers, -255..255: fine alpha less coarse."""
Share = npt.NDArray[np.float32]
"""Shape (tiles, rows / CELL, columns / CELL), whole numbers, 0..ALL: how much of it is kept."""


def kept_shares(coarse: Alpha, change: Change) -> Share:
    """Return how much of each cell's change is kept.

    `coarse` and `change` have shape (tiles, rows, columns), and CELL divides rows and columns. A
    change over more than an edge's width, or far from any edge, is an invented or a lost object:
    the coarse alpha saw the whole picture, a tile did not.
    """
    count = (2 * AROUND + 1) ** 2 * CELL**2 * 255
    apart = np.abs(_around(_sums(change), AROUND)) * np.float32(1 / count)
    kept = np.rint(np.clip((APART - apart) * np.float32(ALL / (APART - AGREED)), 0, ALL))
    near = _around(_mixed(coarse).astype(np.float32), REACH) > 0
    share: Share = kept * near
    return share


def _sums(change: Change) -> Share:
    """Return the sum of each cell, exact like all sums here."""
    tiles, rows, columns = change.shape
    sums = change.reshape(tiles, rows // CELL, CELL, columns).sum(axis=2)
    cells: Share = sums.reshape(tiles, rows // CELL, columns // CELL, CELL).sum(axis=3)
    return cells


def _mixed(alpha: Alpha) -> npt.NDArray[np.bool_]:
    """Return which cells are neither all background nor all object, eight pixels at once."""
    tiles, rows, _ = alpha.shape
    eights = np.ascontiguousarray(alpha).view(np.uint64).reshape(tiles, rows // CELL, CELL, -1)
    some, every = np.bitwise_or.reduce(eights, axis=2), np.bitwise_and.reduce(eights, axis=2)
    mixed: npt.NDArray[np.bool_] = (some != 0) & (~every != 0)
    return mixed


def _around(cells: Share, reach: int) -> Share:
    """Sum over a square of cells, repeating the border."""
    down, across = (_near(length, reach) for length in cells.shape[1:])
    rows: Share = down @ cells
    around: Share = rows @ across.T
    return around


@lru_cache(8)
def _near(length: int, reach: int) -> Share:
    """Return how often each cell counts in the sum around another, shape (length, length)."""
    near = (np.arange(length)[:, np.newaxis] + np.arange(-reach, reach + 1)).clip(0, length - 1)
    counts: Share = np.sum(near[..., np.newaxis] == np.arange(length), axis=1, dtype=np.float32)
    return counts


UNIT = ONE * ONE
"""Units of a change in one step of alpha."""
CELLS = SIDE // CELL

Changes: TypeAlias = npt.NDArray[np.int16]
"""Values to add to an alpha, times UNIT."""
Slopes: TypeAlias = npt.NDArray[np.float32]
"""Shape (SIDE, CELLS): bilinear weights, 0..1, from cells to pixels along one side."""


def blend(found: list[Tile], change: Change, share: Share) -> Changes:
    """Return the part of `change` that is kept, in the shape of `change`.

    Products of shares and slopes are small multiples of a power of two, so that float32 holds their
    sums exactly in any order.
    """
    ends = [tile.ends for tile in found]
    down = np.stack([_slopes(*rows) for rows, _ in ends])
    across = np.stack([_slopes(*columns) for _, columns in ends])
    kept = down @ share @ across.transpose(0, 2, 1)
    kept *= change
    return np.rint(kept, out=kept).astype(np.int16)


@lru_cache(4)
def _slopes(first: bool, last: bool) -> Slopes:
    """Return the weights along one side, interpolated between the middles of cells."""
    at = np.clip((np.arange(SIDE) + 0.5) / CELL - 0.5, 0, CELLS - 1)
    bilinear = np.maximum(0, 1 - np.abs(at[:, np.newaxis] - np.arange(CELLS)))
    slopes: Slopes = (bilinear * along(first, last)[:, np.newaxis]).astype(np.float32)
    return slopes / np.float32(ALL**0.5)  # twice: down and across
