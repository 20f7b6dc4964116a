"""Growing and shrinking of masks and labels by squares."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Array = TypeVar("Array", bound=npt.NDArray[np.generic])


def largest_within(values: Array, radius: int) -> Array:
    """Return the largest value within `radius` pixels of each, in a square; the picture's end has
    none beyond it."""
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
