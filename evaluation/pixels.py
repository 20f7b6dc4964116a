"""Measure masks with numpy alone: the mean absolute error and the undecided area."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from evaluation.samples import Mask

Where: TypeAlias = npt.NDArray[np.bool_]
"""Shape (height, width)."""

LOW, HIGH = 0.1, 0.9
"""An alpha between these is soft: 26..229 of 255."""
REACH, REACH_SIDE = 4, 1024
"""Pixels on which a mask may be soft beside a true edge, in a picture of this longest side."""


def mean_error(mask: Mask, truth: Mask) -> float:
    """Return the mean absolute difference of two masks of one shape, 0..1."""
    return float(np.abs(mask.astype(np.int16) - truth).mean(dtype=np.float64)) / 255


def undecided_area(mask: Mask, settled: Where) -> float:
    """Return the share of all pixels, 0..1, that are soft where the truth gives no reason to be.

    `settled_ground` finds where it gives none.
    """
    return float((_soft(mask) & settled).mean(dtype=np.float64))


def settled_ground(truth: Mask) -> Where:
    """Return the pixels further than `reach` from every true edge and every truly soft pixel.

    A true edge is a pair of neighbours, in a row or a column, one above half opacity and one not.
    Distance is the larger of the horizontal and the vertical one, in pixels.
    """
    unsettled = _edges(truth > 127) | _soft(truth)
    distance = reach(truth.shape)
    return ~_widened_down(_widened_down(unsettled, distance).T, distance).T


def reach(shape: tuple[int, ...]) -> int:
    """Return how far from a true edge a mask may be soft, in pixels of a picture of this shape.

    It is 4 for 1024 on the longest side and in proportion, at least 1.
    """
    return max(1, round(REACH * max(shape) / REACH_SIDE))


def _soft(mask: Mask) -> Where:
    return (mask > 255 * LOW) & (mask < 255 * HIGH)


def _edges(inside: Where) -> Where:
    """Mark both pixels of each pair of neighbours that differ."""
    edges = np.zeros_like(inside)
    down, right = inside[1:] != inside[:-1], inside[:, 1:] != inside[:, :-1]
    edges[1:] |= down
    edges[:-1] |= down
    edges[:, 1:] |= right
    edges[:, :-1] |= right
    return edges


def _widened_down(where: Where, distance: int) -> Where:
    """Mark also the pixels up to `distance` above and below those that are marked."""
    height, width = where.shape
    above = np.zeros((height + 1, width), np.int32)
    np.cumsum(where, axis=0, out=above[1:])
    rows = np.arange(height)
    last, first = np.minimum(rows + distance + 1, height), np.maximum(rows - distance, 0)
    return above[last] > above[first]
