"""The picture cut down to its objects."""

import numpy as np

from cutout.choices import Margin
from cutout.compose.objects import object_box
from cutout.pictures import Alpha, Box, FoundObject

FAINT = 6  # opacity below which nobody sees where a shadow is cut off


def crop_frame(
    objects: tuple[FoundObject, ...], shade: Alpha | None, margin: Margin, size: tuple[int, int]
) -> Box:
    """The objects' box, widened to what is seen of their shadow, and by the margin as far as the
    picture of `size` reaches; all of it where there is no object."""
    box = object_box(objects)
    if box is None:
        return Box(0, 0, *size)
    room = margin.around(box.width, box.height)
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    for x, y in _corners(shade):
        left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
    left, top = max(0, left - room), max(0, top - room)
    right, bottom = min(size[0], right + room), min(size[1], bottom + room)
    return Box(left, top, right - left, bottom - top)


def _corners(shade: Alpha | None) -> list[tuple[int, int]]:
    """Upper left and lower right of what is seen of the shadow."""
    if shade is None:
        return []
    columns, rows = (np.flatnonzero(shade.max(axis=axis) >= FAINT).tolist() for axis in (0, 1))
    return [(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)] if rows else []
