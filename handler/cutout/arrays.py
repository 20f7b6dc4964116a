"""Provide helpers for large arrays: stripes, padding, box means, and connected components."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

STRIPE_ROWS = 128
"""Rows of a stripe; one of 4096 RGBA pixels is 2 MB. Large pictures are processed stripe by stripe:
a stripe fits the processor's cache, and no step needs a second picture in memory."""

Kind = TypeVar("Kind", bound=np.generic)
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]
"""Shape (height, width): 0 for none, then 1, 2, ..."""
Indices = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]


def stripes(height: int) -> Iterator[slice]:
    """Yield slices of rows, from the top, that together cover `height` once."""
    for top in range(0, height, STRIPE_ROWS):
        yield slice(top, min(top + STRIPE_ROWS, height))


def pad_to_multiple(data: npt.NDArray[Kind], side: int) -> npt.NDArray[Kind]:
    """Pad by edge repetition until height and width are multiples of `side`."""
    short = [(0, -length % side) for length in data.shape[:2]]
    if not any(after for _, after in short):
        return data
    return np.pad(data, [*short, *[(0, 0)] * (data.ndim - 2)], "edge")


def hide_colours(pixels: npt.NDArray[np.uint8]) -> None:
    """Set, in place, the colours of pixels of shape (height, width, 4) to zero where alpha is.

    The array must be contiguous.
    """
    words = pixels.view(np.uint32)[..., 0]  # a pixel in one word: faster than a boolean index
    words *= pixels[..., 3] > 0


def box_mean(planes: Floats, reach: int) -> Floats:
    """Return the mean over a square of 2 · `reach` + 1 a side, of the values inside the plane.

    The last two axes are rows and columns.
    """
    for axis in (-2, -1):
        length = planes.shape[axis]
        sums = np.cumsum(planes, axis=axis, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(sums.take([0], axis)), sums], axis=axis)
        at = np.arange(length)
        first, last = np.maximum(at - reach, 0), np.minimum(at + reach + 1, length)
        counts = (last - first)[:, np.newaxis] if axis == -2 else last - first
        mean = (sums.take(last, axis) - sums.take(first, axis)) / counts
        planes = mean.astype(np.float32)
    return planes


def label_components(mask: Mask) -> tuple[Labels, int]:
    """Return labels of `mask`'s shape, and how many components there are.

    Labels are 0 where `mask` is false, and 1, 2, ... in reading order of each component's first
    pixel (8 neighbours).

    Rows are cut into runs, runs of neighbouring rows that touch (also at a corner) are paired, and
    the pairs are merged by passing on the smallest label. All steps work on whole arrays, so that
    the cost grows with the number of runs and not of pixels.
    """
    rows, starts, stops = _runs(mask)
    roots = _merged(len(rows), *_touching(mask.shape[1] + 2, rows, starts, stops))
    names, numbers = np.unique(roots, return_inverse=True)
    marks = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int32)
    marks[rows, starts] += numbers + 1
    marks[rows, stops] -= numbers + 1
    return np.cumsum(marks, axis=1, dtype=np.int32)[:, :-1], len(names)


def _runs(mask: Mask) -> tuple[Indices, Indices, Indices]:
    """Return the row, first column and last column (exclusive) of each run, in reading order."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    stops = np.nonzero(edges == -1)[1]
    return rows, starts, stops


def _touching(
    pitch: int, rows: Indices, starts: Indices, stops: Indices
) -> tuple[Indices, Indices]:
    """Return pairs of touching runs, each in the row below the other's.

    `pitch` is wider than a row, so that positions in reading order never meet across its ends.
    """
    below = (rows + 1) * pitch
    first = np.searchsorted(rows * pitch + stops, below + starts, "left")
    last = np.searchsorted(rows * pitch + starts, below + stops, "right")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, np.repeat(first, counts) + within


def _merged(count: int, one: Indices, other: Indices) -> Indices:
    """Return for each of `count` runs the first run of its component."""
    labels = np.arange(count)
    while True:
        before = labels.copy()
        first, second = labels[one], labels[other]
        low = np.minimum(first, second)
        np.minimum.at(labels, first, low)
        np.minimum.at(labels, second, low)
        while True:
            shorter = labels[labels]
            if np.array_equal(shorter, labels):
                break
            labels = shorter
        if np.array_equal(labels, before):
            return labels
