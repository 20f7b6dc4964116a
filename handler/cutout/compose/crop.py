"""The picture cut down to its objects."""

from dataclasses import replace

import numpy as np

from cutout.choices import Margin
from cutout.compose.objects import object_box
from cutout.pictures import Alpha, Box, FoundObject, Pixels

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


def cut(pixels: Pixels, frame: Box) -> Pixels:
    """A copy, so that the whole can be let go; the whole itself where nothing is cut off."""
    if pixels.shape[:2] == (frame.height, frame.width):
        return pixels
    rows = slice(frame.top, frame.top + frame.height)
    return pixels[rows, frame.left : frame.left + frame.width].copy()


def moved(objects: tuple[FoundObject, ...], frame: Box) -> tuple[FoundObject, ...]:
    """The same as seen within the frame."""
    return tuple(
        replace(each, box=Box(each.box.left - frame.left, each.box.top - frame.top, *each.box[2:]))
        for each in objects
    )
