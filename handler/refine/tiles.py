"""Where on a large picture an edge passes, in overlapping squares whose weights sum to one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from handler.pictures import Alpha

SIDE, STEP = 96, 80
"""Small, so that tiles follow an edge and hold little else."""
MARGIN = (SIDE - STEP) // 2  # a tile's border, which its neighbour has as well
BLIND = MARGIN // 2  # the outermost pixels, where a network sees too little around, have no weight
ONE = 2 * (MARGIN - BLIND)  # a weight along one side; whole, so that sums are exact in any order

Weights: TypeAlias = npt.NDArray[np.int32]
"""Shape (SIDE,), 0..ONE."""


@dataclass(frozen=True)
class Tile:
    """A square of `SIDE` pixels, whose border may lie beyond the picture of `width` x `height`."""

    left: int
    top: int
    width: int
    height: int

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that it covers."""
        return _inside(self.top, self.height), _inside(self.left, self.width)

    @property
    def within(self) -> tuple[slice, slice]:
        """The same, as rows and columns of the tile."""
        rows, columns = self.inside
        return (
            slice(rows.start - self.top, rows.stop - self.top),
            slice(columns.start - self.left, columns.stop - self.left),
        )

    @property
    def ends(self) -> tuple[tuple[bool, bool], tuple[bool, bool]]:
        """Whether it is the first and whether the last of the picture's, downwards and across."""
        return _ends(self.top, self.height), _ends(self.left, self.width)


def tiles(coarse: Alpha, width: int, height: int) -> list[Tile]:
    """Those that an edge of the coarse alpha passes, the one with most of it first."""
    uncertain = _uncertain(coarse)
    columns = list(_spans(width, coarse.shape[1]))
    found = []
    for top, rows in _spans(height, len(coarse)):
        sums = np.zeros(coarse.shape[1] + 1, np.int64)
        np.cumsum(np.count_nonzero(uncertain[rows], axis=0), out=sums[1:])
        for left, span in columns:
            worth = int(sums[span.stop] - sums[span.start])
            if worth:
                found.append((worth, Tile(left, top, width, height)))
    return [tile for _, tile in sorted(found, key=lambda pair: -pair[0])]


@lru_cache(4)
def along(first: bool, last: bool) -> Weights:
    """Weights of a tile's rows or columns: they rise and fall over what neighbours share; at the
    picture's border there is none. The products of both, of all tiles of a picture, sum to ONE² on
    each of its pixels."""
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


def _spans(length: int, cells: int) -> Iterator[tuple[int, slice]]:
    """Where tiles begin, and which of the coarse alpha's cells bear on their weighted pixels in a
    bilinear enlargement; where that is a reduction, it looks as far as the pixels are apart."""
    scale = cells / length
    reach = max(1.0, scale)
    for start in range(-MARGIN, length - MARGIN, STEP):
        first, last = max(0, start + BLIND), min(length, start + SIDE - BLIND) - 1
        low, high = ((pixel + 0.5) * scale - 0.5 for pixel in (first, last))
        yield start, slice(max(0, ceil(low - reach)), min(cells, ceil(high + reach)))


def _uncertain(coarse: Alpha) -> npt.NDArray[np.bool_]:
    """Where it is neither 0 nor 255, or turns from one to the other."""
    uncertain = (coarse > 0) & (coarse < 255)
    uncertain[1:] |= coarse[1:] != coarse[:-1]
    uncertain[:, 1:] |= coarse[:, 1:] != coarse[:, :-1]
    return uncertain
