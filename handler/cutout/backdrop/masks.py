"""Grow, shrink and sum masks and planes by squares, measure labels, mask a border."""

from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from cutout.arrays import Labels

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float32]
"""Shape (height, width)."""
Areas = npt.NDArray[np.intp]
"""Pixels of each label."""
Figures = npt.NDArray[np.float64]
"""A value for each label."""
Area: TypeAlias = tuple[slice, slice]
"""Rows and columns."""
Array = TypeVar("Array", bound=npt.NDArray[np.generic])


def largest_within(values: Array, radius: int) -> Array:
    """Return the largest value within `radius` pixels of each, in a square inside the picture."""
    found = values
    for axis in (0, 1):
        before, found = found, found.copy()
        for step in range(1, radius + 1):
            near, far = (slice(None, -step), slice(step, None))
            if step >= before.shape[axis]:
                break
            if axis == 1:
                np.maximum(found[:, near], before[:, far], out=found[:, near])
                np.maximum(found[:, far], before[:, near], out=found[:, far])
            else:
                np.maximum(found[near], before[far], out=found[near])
                np.maximum(found[far], before[near], out=found[far])
    return found


def grow(mask: Mask, radius: int) -> Mask:
    """Return where any pixel within `radius` is true."""
    return largest_within(mask, radius)


def shrink(mask: Mask, radius: int) -> Mask:
    """Return where all pixels within `radius` are true."""
    return ~largest_within(~mask, radius)


def box_sum(values: Plane, radius: int) -> Plane:
    """Return the sum within `radius` pixels of each, in a square.

    It is faster than `cutout.arrays.box_mean` for a small radius.
    """
    found = values
    for axis in (0, 1):
        before, found = found, found.copy()
        for step in range(1, min(radius, before.shape[axis] - 1) + 1):
            if axis == 0:
                found[:-step] += before[step:]
                found[step:] += before[:-step]
            else:
                found[:, :-step] += before[:, step:]
                found[:, step:] += before[:, :-step]
    return found


def areas_of(labels: Labels, count: int) -> Areas:
    """Return how many pixels each label has, 0 included."""
    return np.bincount(labels.ravel(), minlength=count + 1)


def touching(labels: Labels, count: int, where: Mask) -> Mask:
    """Return for each label except 0 whether it occurs in `where`."""
    found = np.zeros(count + 1, np.bool_)
    found[labels[where]] = True
    found[0] = False
    return found


def means(labels: Labels, values: Plane, count: int) -> Figures:
    """Return the mean value of each of `count` labels; 0 for one that doesn't occur."""
    flat = labels.ravel()
    sums = np.bincount(flat, values.ravel(), count)
    found: Figures = sums / np.maximum(np.bincount(flat, minlength=count), 1)
    return found


RING = 0.01
"""Width of the border that is examined, as a fraction of the shorter side."""


def ring_of(height: int, width: int) -> Mask:
    """Return the border of a picture of that size as a mask."""
    wide = ring_width(height, width)
    ring = np.ones((height, width), np.bool_)
    ring[wide:-wide, wide:-wide] = False
    return ring


def ring_areas(height: int, width: int) -> tuple[Area, Area, Area, Area]:
    """Return the border as four areas that do not overlap."""
    wide = ring_width(height, width)
    beside, everywhere = slice(wide, -wide), slice(None)
    return (
        (slice(wide), everywhere),
        (slice(-wide, None), everywhere),
        (beside, slice(wide)),
        (beside, slice(-wide, None)),
    )


def ring_width(height: int, width: int) -> int:
    """Return the width of the border that is examined, in pixels."""
    return max(1, round(RING * min(height, width)))
