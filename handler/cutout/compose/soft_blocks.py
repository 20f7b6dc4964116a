"""Find the blocks of 4 x 4 pixels that an edge passes.

Soft pixels are a small part of a picture, and are processed apart from the rest.
"""

from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.arrays import Kind, pad_to_multiple, stripes
from cutout.pictures import Alpha

BLOCK = 4  # pixels a side, as many as the bytes of a word
FULL = np.uint32(0xFFFFFFFF)  # four opaque pixels
AT_ONCE = 4096
"""Blocks processed at once, so that intermediate values stay in the processor's cache."""
ROW = np.dtype(f"V{4 * BLOCK}")  # a row of a block: numpy moves it as one

Words: TypeAlias = npt.NDArray[np.uint32]
"""A pixel in each: red, green, blue and alpha in its bytes, from the lowest."""
Channels: TypeAlias = npt.NDArray[np.float32]
"""Shape (..., 4), 0..255."""
Flags: TypeAlias = npt.NDArray[np.bool_]
"""Shape (rows, columns), of blocks."""
Indices: TypeAlias = npt.NDArray[np.intp]
"""Indices of blocks, in ascending order: from the left, row after row from the top."""


@dataclass(frozen=True)
class Blocks:
    """Partition an alpha into opaque, empty and `soft` blocks."""

    opaque: Flags
    empty: Flags
    soft: Indices

    def with_neighbours(self) -> Self:
        """Return the same with the opaque blocks beside soft or empty ones among the soft ones."""
        edge = np.pad(~self.opaque, 1)
        rows = edge[:-2] | edge[1:-1] | edge[2:]
        near = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
        return replace(self, soft=np.flatnonzero(near & ~self.empty))

    def cut(self, words: Words, top: int, out: Words) -> None:
        """Copy the soft blocks of a stripe, which begins at row `top`, to their columns in `out`.

        `out` has shape (16, blocks).
        """
        found, rows, columns = self._within(top, len(words))
        if not len(rows):
            return
        lines = _rows(words).view(ROW)
        for row in range(BLOCK):
            pixels = lines[rows + row, columns].view(np.uint32).reshape(-1, BLOCK)
            out[row * BLOCK : (row + 1) * BLOCK, found] = pixels.T

    def paste(self, words: Words, top: int, pixels: Words) -> None:
        """Copy the soft blocks back into the stripe."""
        found, rows, columns = self._within(top, len(words))
        if not len(rows):
            return
        padded = _rows(words)
        lines = padded.view(ROW)
        for row in range(BLOCK):
            part = np.ascontiguousarray(pixels[row * BLOCK : (row + 1) * BLOCK, found].T)
            lines[rows + row, columns] = part.view(ROW)[:, 0]
        if padded is not words:
            words[...] = padded[: words.shape[0], : words.shape[1]]

    def _within(self, top: int, height: int) -> tuple[slice, Indices, Indices]:
        """Return which soft blocks lie in a stripe, their first rows in it, and their columns."""
        width = self.opaque.shape[1]
        ends = [row // BLOCK * width for row in (top, top + height + BLOCK - 1)]
        first, last = np.searchsorted(self.soft, ends)
        rows, columns = np.divmod(self.soft[first:last], width)
        return slice(first, last), rows * BLOCK - top, columns


def find_blocks(alpha: Alpha) -> Blocks:
    """Return the blocks of an alpha.

    Its last row and column are repeated until the blocks are whole.
    """
    shape = [-(-length // BLOCK) for length in alpha.shape]
    opaque, empty = (np.empty(shape, np.bool_) for _ in range(2))
    for rows in stripes(len(alpha)):
        words = _rows(alpha[rows]).view(np.uint32)
        first, second, third, fourth = (words[row::BLOCK] for row in range(BLOCK))
        part = slice(rows.start // BLOCK, rows.start // BLOCK + len(first))
        np.equal(first & second & third & fourth, FULL, out=opaque[part])
        np.equal(first | second | third | fourth, 0, out=empty[part])
    return Blocks(opaque, empty, np.flatnonzero(~(opaque | empty)))


def _rows(stripe: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """Return whole blocks with each row contiguous."""
    return np.ascontiguousarray(pad_to_multiple(stripe, BLOCK))


def channels_of(words: Words) -> Channels:
    """Return red, green, blue and alpha along a new last axis."""
    channels = np.ascontiguousarray(words).view(np.uint8).reshape(*words.shape, 4)
    return channels.astype(np.float32)
