"""Filter rows of pixels, so that deflate finds more to save (W3C PNG, third edition, section 9)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from isal import isal_zlib

from cutout.arrays import stripes
from cutout.pictures import Pixels

NONE, SUB, UP, PAETH = 0, 1, 2, 4
"""Filter types. Average is left out: beside the others it saves nothing on cut-outs."""
TRIED = (SUB, UP, PAETH)
GROUP_ROWS = 16
"""Rows that share a filter."""
SAMPLE_ROWS = 4
"""Rows of a group on which the filters are tried. All 16 would save another 0.1 % and take twice as
long."""
TRIAL_LEVEL = 1
"""Level of ISA-L for trials."""


def filter_up(pixels: Pixels) -> Iterator[memoryview]:
    """Yield filtered rows, a stripe at a time, all with the filter Up."""
    for block in _blocks(pixels):
        filtered = _empty(block)
        filtered[:, 0] = UP
        np.subtract(block.here, block.above, out=filtered[:, 1:])
        yield filtered.data


def filter_by_trial(pixels: Pixels) -> Iterator[memoryview]:
    """Yield filtered rows, a stripe at a time, with the filter that suits each group of rows best.

    The best filter is the one after which ISA-L makes the group's middle rows smallest. On cut-outs
    that saves 1 to 3 % more than the usual rule, the least sum of absolute differences, which
    favours filters that destroy repetitions.
    """
    for block in _blocks(pixels):
        filtered = _empty(block)
        for top in range(0, len(filtered), GROUP_ROWS):
            rows = slice(top, top + GROUP_ROWS)
            group = block.part(rows)
            kind = _best(group)
            filtered[rows, 0] = kind
            filtered[rows, 1:] = group.filtered(kind)
        yield filtered.data


@dataclass(frozen=True)
class _Block:
    """Hold rows of bytes and, in the same shape, the bytes of each one's neighbours.

    The neighbours are `left`, `above` and, at the upper left, `corner`; beyond the border they are
    zero.
    """

    here: Pixels
    left: Pixels
    above: Pixels
    corner: Pixels

    def part(self, rows: slice) -> "_Block":
        """Return some of the rows."""
        return _Block(self.here[rows], self.left[rows], self.above[rows], self.corner[rows])

    def filtered(self, kind: int) -> Pixels:
        """Return the rows less their prediction."""
        if kind == NONE:
            return self.here
        if kind == PAETH:
            return self.here - _paeth(self.left, self.above, self.corner)
        return self.here - (self.left if kind == SUB else self.above)


def _blocks(pixels: Pixels) -> Iterator[_Block]:
    """Yield the rows of pixels, shape (height, width[, channels]), a stripe at a time."""
    lines = pixels.reshape(len(pixels), -1)
    pixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    last = np.zeros_like(lines[0])
    for rows in stripes(len(lines)):
        stripe = lines[rows]
        padded = np.zeros((len(stripe) + 1, lines.shape[1] + pixel), np.uint8)
        padded[0, pixel:] = last
        padded[1:, pixel:] = stripe
        last = stripe[-1]
        above = padded[:-1]
        yield _Block(stripe, padded[1:, :-pixel], above[:, pixel:], above[:, :-pixel])


def _empty(block: _Block) -> Pixels:
    """Return an array for the filtered rows, each with the byte for its filter in front."""
    height, width = block.here.shape
    return np.empty((height, width + 1), np.uint8)


def _best(group: _Block) -> int:
    if not group.here.any():
        return NONE
    height = len(group.here)
    sampled = min(SAMPLE_ROWS, height)
    top = (height - sampled) // 2
    sample = group.part(slice(top, top + sampled))
    sizes = [len(isal_zlib.compress(sample.filtered(each).data, TRIAL_LEVEL)) for each in TRIED]
    return TRIED[sizes.index(min(sizes))]


def _paeth(a: Pixels, b: Pixels, c: Pixels) -> Pixels:
    """Return a, b or c (left, above, corner), whichever is nearest to a + b - c (section 9.4).

    The distances are |b - c|, |a - c| and |(b - c) + (a - c)|. The last one can only be the least
    if the differences have unlike signs, that is if c lies between a and b, and is then the
    difference of the other two. So everything fits in bytes, of which processors take 32 or 64 at
    once.
    """
    to_a, to_b = np.maximum(b, c) - np.minimum(b, c), np.maximum(a, c) - np.minimum(a, c)
    smaller = np.minimum(to_a, to_b)
    to_c = np.maximum(to_a, to_b) - smaller
    between = (np.maximum(a, b) >= c) & (np.minimum(a, b) <= c)
    nearest = _choose(to_b < to_a, b, a)
    return _choose(between & (to_c < smaller), c, nearest)


def _choose(condition: "np.typing.NDArray[np.bool_]", yes: Pixels, no: Pixels) -> Pixels:
    """Return `np.where(condition, yes, no)` in a fraction of its time, by bits."""
    mask = np.negative(condition.view(np.uint8))  # 0 or 255
    return no ^ ((yes ^ no) & mask)
