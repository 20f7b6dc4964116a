"""Cover the edges on a large picture by overlapping tiles whose weights sum to one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.pictures import Alpha

SIDE, STEP = 96, 80
"""Pixels of a tile's side, and of the step between tiles; small tiles hold little but the edge."""
MARGIN = (SIDE - STEP) // 2
"""Pixels of a tile's border that its neighbour shares."""
BLIND = MARGIN // 2
"""Outermost pixels, which have no weight because a network sees too little around them."""
RISE = MARGIN + BLIND
"""Pixels from a tile's border to where it has full weight."""
ONE = 2 * (MARGIN - BLIND)
"""Full weight along one side: an integer, so that sums are exact in any order."""

Weights: TypeAlias = npt.NDArray[np.int32]
"""Shape (SIDE,), 0..ONE."""
Flags: TypeAlias = npt.NDArray[np.bool_]
"""True for cells of the coarse alpha that an edge passes."""
Positions: TypeAlias = npt.NDArray[np.floating]
"""Positions along a side, in pixels or cells, from the middle of the first one."""


@dataclass(frozen=True)
class Tile:
    """Hold a square of `SIDE` pixels, which may reach beyond the picture of `width` x `height`."""

    left: int
    top: int
    width: int
    height: int

    @property
    def inside(self) -> tuple[slice, slice]:
        """Return the rows and columns of the picture that the tile covers."""
        return _inside(self.top, self.height), _inside(self.left, self.width)

    @property
    def within(self) -> tuple[slice, slice]:
        """Return the covered part as rows and columns of the tile."""
        rows, columns = self.inside
        return (
            slice(rows.start - self.top, rows.stop - self.top),
            slice(columns.start - self.left, columns.stop - self.left),
        )

    @property
    def ends(self) -> tuple[tuple[bool, bool], tuple[bool, bool]]:
        """Return whether the tile is the picture's first and its last, for rows and for columns."""
        return _ends(self.top, self.height), _ends(self.left, self.width)


def tiles(coarse: Alpha, width: int, height: int) -> list[Tile]:
    """Return the tiles that an edge of the coarse alpha passes, the one with most of it first."""
    uncertain = _uncertain(coarse)
    found = []
    for top in _starts(np.any(uncertain, axis=1), height):
        counts = np.count_nonzero(uncertain[_cells(top, height, len(coarse))], axis=0)
        sums = np.concatenate([[0], np.cumsum(counts)])
        for left in _starts(counts > 0, width):
            span = _cells(left, width, coarse.shape[1])
            worth = int(sums[span.stop] - sums[span.start])
            found.append((worth, Tile(left, top, width, height)))
    return [tile for _, tile in sorted(found, key=lambda pair: -pair[0])]


@lru_cache(4)
def along(first: bool, last: bool) -> Weights:
    """Return the weights of a tile's rows or columns, 0..ONE.

    They rise and fall over the margin that neighbours share, and stay at ONE at the picture's
    border. For each pixel that an edge affects, the products of row and column weights of all tiles
    sum to ONE²; nowhere is the sum larger.
    """
    at = np.arange(SIDE)
    near = np.minimum(at, SIDE - at)  # sums to 2 MARGIN with a neighbour's
    weights: Weights = np.clip(near - BLIND, 0, ONE).astype(np.int32)
    if first:
        weights[: SIDE // 2] = ONE
    if last:
        weights[SIDE // 2 :] = ONE
    weights.flags.writeable = False
    return weights


def _inside(start: int, length: int) -> slice:
    return slice(max(0, start), min(length, start + SIDE))


def _ends(start: int, length: int) -> tuple[bool, bool]:
    return start < 0, start + MARGIN + STEP >= length


def _starts(uncertain: Flags, length: int) -> Iterator[int]:
    """Yield where tiles begin along `length` pixels.

    They are as few as give full weight to all pixels that uncertain cells affect. Each tile begins
    at the first such pixel that earlier tiles leave over, but at least `STEP` after the one before.
    """
    scale = len(uncertain) / length
    cells, reach = np.flatnonzero(uncertain), max(1.0, scale)
    firsts, lasts = (_pixels(cells + far, scale) for far in (-reach, reach))
    start, at = -MARGIN - STEP, 0
    while at < len(cells) and not _ends(start, length)[1]:
        wanted = min(floor(firsts[at]) - RISE, length - SIDE + MARGIN)
        start = max(start + STEP, wanted)
        yield start
        at = int(np.searchsorted(lasts, start + SIDE - RISE))


def _pixels(cells: Positions, scale: float) -> Positions:
    """Convert positions among the coarse alpha's cells to positions on the picture."""
    positions: Positions = (cells + 0.5) / scale - 0.5
    return positions


def _cells(start: int, length: int, cells: int) -> slice:
    """Return the cells that affect a tile's weighted pixels in a bilinear resize.

    If the resize shrinks, its kernel reaches as far as the pixels are apart.
    """
    scale = cells / length
    reach = max(1.0, scale)
    first, last = max(0, start + BLIND), min(length, start + SIDE - BLIND) - 1
    low, high = ((pixel + 0.5) * scale - 0.5 for pixel in (first, last))
    return slice(max(0, ceil(low - reach)), min(cells, ceil(high + reach)))


def _uncertain(coarse: Alpha) -> Flags:
    """Return where the alpha is neither 0 nor 255, or changes between neighbours."""
    uncertain = (coarse > 0) & (coarse < 255)
    uncertain[1:] |= coarse[1:] != coarse[:-1]
    uncertain[:, 1:] |= coarse[:, 1:] != coarse[:, :-1]
    return uncertain
