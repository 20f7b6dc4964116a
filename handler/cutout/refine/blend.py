"""What of each tile's change goes into the picture: as much as the guard keeps of it, weighted so
that neighbours fade into each other."""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.refine.guard import ALL, CELL, Change, Share
from cutout.refine.tiles import ONE, SIDE, Tile, along

UNIT = ONE * ONE
"""Changes are counted in this part of a step of alpha."""
CELLS = SIDE // CELL

Changes: TypeAlias = npt.NDArray[np.int16]
"""What is added to an alpha, times UNIT."""
Slopes: TypeAlias = npt.NDArray[np.float32]
"""Shape (SIDE, CELLS): from cells to pixels along one side, bilinear and weighted, 0..1."""


def blend(found: list[Tile], change: Change, share: Share) -> Changes:
    """Shape of `change`. Shares times slopes are whole parts of a power of two and small, so that
    fp32 holds their sums exactly, in whatever order they are added up."""
    ends = [tile.ends for tile in found]
    down = np.stack([_slopes(*rows) for rows, _ in ends])
    across = np.stack([_slopes(*columns) for _, columns in ends])
    kept = down @ share @ across.transpose(0, 2, 1)
    kept *= change
    return np.rint(kept, out=kept).astype(np.int16)


@lru_cache(4)
def _slopes(first: bool, last: bool) -> Slopes:
    """Weights along a side, spread from shares in the middles of cells."""
    at = np.clip((np.arange(SIDE) + 0.5) / CELL - 0.5, 0, CELLS - 1)
    bilinear = np.maximum(0, 1 - np.abs(at[:, np.newaxis] - np.arange(CELLS)))
    slopes: Slopes = (bilinear * along(first, last)[:, np.newaxis]).astype(np.float32)
    return slopes / np.float32(ALL**0.5)  # twice: down and across
