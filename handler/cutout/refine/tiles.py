"""Where on a large picture an edge passes, in overlapping squares whose weights sum to one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.pictures import Alpha

SIDE, STEP = 96, 80
"""Small, so that tiles follow an edge and hold little else."""
MARGIN = (SIDE - STEP) // 2  # a tile's border, which its neighbour has as well
BLIND = MARGIN // 2  # the outermost pixels, where a network sees too little around, have no weight
RISE = MARGIN + BLIND  # pixels from a tile's border to where it has all the weight
ONE = 2 * (MARGIN - BLIND)  # a weight along one side; whole, so that sums are exact in any order

Weights: TypeAlias = npt.NDArray[np.int32]
"""Shape (SIDE,), 0..ONE."""
Flags: TypeAlias = npt.NDArray[np.bool_]
"""Cells of the coarse alpha that an edge passes."""
Places: TypeAlias = npt.NDArray[np.floating]
"""Along a side, in pixels or cells, from the middle of the first."""


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
    """Weights of a tile's rows or columns: they rise and fall over what neighbours share; at the
    picture's border there is none. The products of both, of all tiles of a picture, sum to ONE² on
    each pixel that an edge bears on, and nowhere to more."""
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
    """Where along `length` pixels tiles begin, as few as have all the weight on all pixels that the
    uncertain cells bear on: each where the first of them is that the ones before leave over, but
    `STEP` from the one before at least."""
    scale = len(uncertain) / length
    cells, reach = np.flatnonzero(uncertain), max(1.0, scale)
    firsts, lasts = (_pixels(cells + far, scale) for far in (-reach, reach))
    start, at = -MARGIN - STEP, 0
    while at < len(cells) and not _ends(start, length)[1]:
        wanted = min(floor(firsts[at]) - RISE, length - SIDE + MARGIN)
        start = max(start + STEP, wanted)
        yield start
        at = int(np.searchsorted(lasts, start + SIDE - RISE))


def _pixels(cells: Places, scale: float) -> Places:
    """Where on the picture places among the coarse alpha's cells are."""
    places: Places = (cells + 0.5) / scale - 0.5
    return places


def _cells(start: int, length: int, cells: int) -> slice:
    """Which cells bear on a tile's weighted pixels in a bilinear enlargement; where that is a
    reduction, it looks as far as the pixels are apart."""
    scale = cells / length
    reach = max(1.0, scale)
    first, last = max(0, start + BLIND), min(length, start + SIDE - BLIND) - 1
    low, high = ((pixel + 0.5) * scale - 0.5 for pixel in (first, last))
    return slice(max(0, ceil(low - reach)), min(cells, ceil(high + reach)))


def _uncertain(coarse: Alpha) -> Flags:
    """Where it is neither 0 nor 255, or turns from one to the other."""
    uncertain = (coarse > 0) & (coarse < 255)
    uncertain[1:] |= coarse[1:] != coarse[:-1]
    uncertain[:, 1:] |= coarse[:, 1:] != coarse[:, :-1]
    return uncertain
