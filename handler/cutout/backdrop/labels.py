"""Figures of the parts of a picture that hang together."""

import numpy as np
import numpy.typing as npt

from cutout.arrays import label_components

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float32]
"""Shape (height, width)."""
Labels = npt.NDArray[np.int32]
"""Shape (height, width): 0 for none, then 1, 2, ..."""
Areas = npt.NDArray[np.intp]
"""Pixels of each label."""
Figures = npt.NDArray[np.float64]
"""A value for each label."""


def labelled(mask: Mask) -> tuple[Labels, int]:
    """Return `label_components` in half of the memory."""
    labels, count = label_components(mask)
    return labels.astype(np.int32), count


def areas_of(labels: Labels, count: int) -> Areas:
    """Return how many pixels each label has, 0 included."""
    return np.bincount(labels.ravel(), minlength=count + 1)


def touching(labels: Labels, count: int, where: Mask) -> Mask:
    """Return for each label, 0 aside, whether it occurs in `where`."""
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
