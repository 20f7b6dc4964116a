"""Crop the picture to its objects."""

import numpy as np

from cutout.choices import Margin
from cutout.compose.objects import object_box
from cutout.pictures import Alpha, Box, FoundObject

FAINT = 6
"""Opacity (0..255) below which nobody sees that a shadow is cut off."""


def crop_frame(
    objects: tuple[FoundObject, ...], shade: Alpha | None, margin: Margin, size: tuple[int, int]
) -> Box:
    """Return the box of the objects and their visible shadow, widened by the margin.

    It ends at the border of the picture, of (width, height) `size`. Without an object it is the
    whole picture.
    """
    box = object_box(objects)
    if box is None:
        return Box(0, 0, *size)
    pixels_around = margin.around(box.width, box.height)
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    for x, y in _corners(shade):
        left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
    left, top = max(0, left - pixels_around), max(0, top - pixels_around)
    right, bottom = min(size[0], right + pixels_around), min(size[1], bottom + pixels_around)
    return Box(left, top, right - left, bottom - top)


def _corners(shade: Alpha | None) -> list[tuple[int, int]]:
    """Return the upper left and lower right corners (x, y) of the visible shadow."""
    if shade is None:
        return []
    columns, rows = (np.flatnonzero(shade.max(axis=axis) >= FAINT).tolist() for axis in (0, 1))
    return [(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)] if rows else []
