"""Where on a large picture an edge passes, in overlapping squares whose weights sum to one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from handler.pictures import Alpha

SIDE, STEP = 320, 256
MARGIN = (SIDE - STEP) // 2  # a tile's border, which its neighbour has as well
BLIND = MARGIN // 2  # the outermost pixels, where a network sees too little around, have no weight
ONE = 32  # a weight along one side; in integers, so that sums are exact in whatever order

Weights: TypeAlias = npt.NDArray[np.int32]
"""0..ONE along a side, 0..ONE² over a tile."""


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
    def weights(self) -> Weights:
        """Shape (SIDE, SIDE): those of all tiles of a picture sum to ONE² on each of its pixels."""
        weights: Weights = np.outer(_along(self.top, self.height), _along(self.left, self.width))
        return weights


def tiles(coarse: Alpha, width: int, height: int) -> list[Tile]:
    """Those that an edge of the coarse alpha passes, the one with most of it first."""
    uncertain = _uncertain(coarse)
    found = [
        (int(np.count_nonzero(uncertain[rows, columns])), Tile(left, top, width, height))
        for top, rows in _spans(height, len(coarse))
        for left, columns in _spans(width, coarse.shape[1])
    ]
    return [tile for worth, tile in sorted(found, key=lambda pair: -pair[0]) if worth]


def _inside(start: int, length: int) -> slice:
    return slice(max(0, start), min(length, start + SIDE))


def _along(start: int, length: int) -> Weights:
    """Rises and falls over what neighbours share; at the picture's border there is none."""
    near = np.minimum(
        np.arange(SIDE), SIDE - np.arange(SIDE)
    )  # sums to 2 MARGIN with a neighbour's
    weights: Weights = np.clip(near - BLIND, 0, ONE).astype(np.int32)
    if start < 0:
        weights[: SIDE // 2] = ONE
    if start + MARGIN + STEP >= length:
        weights[SIDE // 2 :] = ONE
    return weights


def _spans(length: int, cells: int) -> Iterator[tuple[int, slice]]:
    """Where tiles begin, and which of the coarse alpha's cells bear on them."""
    scale = cells / length
    for start in range(-MARGIN, length - MARGIN, STEP):
        first, last = int(max(0, start) * scale) - 1, int((start + SIDE) * scale) + 2
        yield start, slice(max(0, first), min(cells, last))


def _uncertain(coarse: Alpha) -> npt.NDArray[np.bool_]:
    """Where it is neither 0 nor 255, or turns from one to the other."""
    uncertain = (coarse > 0) & (coarse < 255)
    uncertain[1:] |= coarse[1:] != coarse[:-1]
    uncertain[:, 1:] |= coarse[:, 1:] != coarse[:, :-1]
    return uncertain
