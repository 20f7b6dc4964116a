"""Which pixels hang together.

Rows are cut into runs, runs of neighbouring rows that touch (also at a corner) are paired, and the
pairs are merged by handing the smallest label on: whole arrays at a time, so that a picture costs
the number of its runs and not of its pixels.
"""

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]


def label_components(mask: Mask) -> tuple[Labels, int]:
    """Labels of `mask`'s shape, 0 where it is false and 1, 2, ... in reading order of each
    component's first pixel (8 neighbours); and how many there are."""
    rows, starts, stops = _runs(mask)
    roots = _merged(len(rows), *_touching(mask.shape[1] + 2, rows, starts, stops))
    names, numbers = np.unique(roots, return_inverse=True)
    marks = np.zeros((mask.shape[0], mask.shape[1] + 1), np.intp)
    marks[rows, starts] += numbers + 1
    marks[rows, stops] -= numbers + 1
    return np.cumsum(marks, axis=1)[:, :-1], len(names)


def _runs(mask: Mask) -> tuple[Labels, Labels, Labels]:
    """Row, first and last column (exclusive) of each run, in reading order."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    stops = np.nonzero(edges == -1)[1]
    return rows, starts, stops


def _touching(pitch: int, rows: Labels, starts: Labels, stops: Labels) -> tuple[Labels, Labels]:
    """Pairs of runs, each in the row under the other's. `pitch` is wider than a row, so that
    places in reading order never meet across its ends."""
    below = (rows + 1) * pitch
    first = np.searchsorted(rows * pitch + stops, below + starts, "left")
    last = np.searchsorted(rows * pitch + starts, below + stops, "right")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(rows)), counts)
    within = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, np.repeat(first, counts) + within


def _merged(count: int, one: Labels, other: Labels) -> Labels:
    """For each of `count` runs the first one that it hangs together with, however far."""
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
