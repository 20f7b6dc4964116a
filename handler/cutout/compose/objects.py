"""Find the objects, the connected parts of the matte, and the frame around them for a crop."""

import numpy as np

from cutout.arrays import Mask, label_components
from cutout.choices import Margin
from cutout.pictures import Alpha, Box, FoundObject

WORK_SIDE = 512
"""Longest side at which components are found: a picture of 4096 is reduced to blocks of 8 x 8."""
VISIBLE = 32
"""Alpha below which a pixel belongs to no object."""
SOLID = 128
"""Alpha from which a pixel counts for an object's size."""
SPECK = 0.01
"""Minimum size of an object, relative to the largest one."""
MOST = 100
"""Maximum number of objects returned."""


def find_objects(alpha: Alpha) -> tuple[FoundObject, ...]:
    """Return the objects, largest first; none if nothing is visible.

    An object's size is its solid area. So the faint smears of a matte are dropped, while an
    object's soft edge is part of it. Only if nothing is solid does all that is visible count.
    """
    side = -(-max(alpha.shape) // WORK_SIDE)
    peaks = blockwise_max(alpha, side)
    labels, count = label_components(peaks >= VISIBLE)
    if not count:
        return ()
    solid = SOLID if peaks.max() >= SOLID else VISIBLE
    sizes = np.bincount(labels[peaks >= solid], minlength=count + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    large = order[sizes[order] >= max(1, SPECK * sizes[order[0]])][:MOST] + 1
    samples = alpha[::side, ::side]
    return tuple(_found(alpha, samples, labels == label, side) for label in large.tolist())


def blockwise_max(alpha: Alpha, side: int) -> Alpha:
    """Return the largest value in each block of `side` x `side`; the last blocks may be smaller.

    Whole slices are 25 times as fast as `reduceat`.
    """
    rows = alpha[::side].copy()
    for offset in range(1, side):
        part = alpha[offset::side]
        np.maximum(rows[: len(part)], part, out=rows[: len(part)])
    blocks = rows[:, ::side].copy()
    for offset in range(1, side):
        part = rows[:, offset::side]
        np.maximum(blocks[:, : part.shape[1]], part, out=blocks[:, : part.shape[1]])
    return blocks


def object_box(objects: tuple[FoundObject, ...]) -> Box | None:
    """Return the box around all objects; None if there are none."""
    if not objects:
        return None
    boxes = [each.box for each in objects]
    left, top = (min(box[axis] for box in boxes) for axis in (0, 1))
    right, bottom = (max(box[axis] + box[axis + 2] for box in boxes) for axis in (0, 1))
    return Box(left, top, right - left, bottom - top)


def _found(alpha: Alpha, samples: Alpha, component: Mask, side: int) -> FoundObject:
    """Return a component as an object; `samples` is one pixel of each block."""
    rows, columns = (_span(np.any(component, axis=axis)) for axis in (1, 0))
    box = _tight(alpha, rows, columns, side)
    seen = samples[component & (samples >= VISIBLE)]
    if not len(seen):  # it is too small, or too fine, to be hit by a sample
        part = alpha[box.top : box.top + box.height, box.left : box.left + box.width]
        seen = part[part >= VISIBLE]
    return FoundObject(box, float(seen.mean()) / 255)


def _tight(alpha: Alpha, rows: slice, columns: slice, side: int) -> Box:
    """Return a box of blocks with its sides moved inwards to the first visible pixel."""
    region = alpha[rows.start * side : rows.stop * side, columns.start * side : columns.stop * side]
    height, width = region.shape
    top = _margin(region[:side].max(axis=1))
    bottom = height - _margin(region[-side:].max(axis=1)[::-1])
    left = _margin(region[:, :side].max(axis=0))
    right = width - _margin(region[:, -side:].max(axis=0)[::-1])
    return Box(columns.start * side + left, rows.start * side + top, right - left, bottom - top)


def _margin(line: Alpha) -> int:
    """Return how many values at the beginning are not visible."""
    return int((line >= VISIBLE).argmax())


def _span(line: Mask) -> slice:
    """Return the slice from the first true value to the last one, which it includes."""
    (found,) = line.nonzero()
    return slice(int(found[0]), int(found[-1]) + 1)


FAINT = 6
"""Opacity (0..255) below which the cut edge of a shadow is invisible."""


def crop_frame(
    objects: tuple[FoundObject, ...], shadow: Box | None, margin: Margin, size: tuple[int, int]
) -> Box:
    """Return the box of the objects and their visible `shadow`, widened by the margin.

    It ends at the border of the picture, of (width, height) `size`. Without an object it is the
    whole picture.
    """
    box = object_box(objects)
    if box is None:
        return Box(0, 0, *size)
    pixels_around = margin.around(box.width, box.height)
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    if shadow is not None:
        left, top = min(left, shadow.left), min(top, shadow.top)
        right = max(right, shadow.left + shadow.width)
        bottom = max(bottom, shadow.top + shadow.height)
    left, top = max(0, left - pixels_around), max(0, top - pixels_around)
    right, bottom = min(size[0], right + pixels_around), min(size[1], bottom + pixels_around)
    return Box(left, top, right - left, bottom - top)


def shadow_box(shade: Alpha | None) -> Box | None:
    """Return the box of the shadow's visible part; None if nothing is visible."""
    if shade is None:
        return None
    columns, rows = (np.flatnonzero(shade.max(axis=axis) >= FAINT).tolist() for axis in (0, 1))
    if not rows:
        return None
    left, top = columns[0], rows[0]
    return Box(left, top, columns[-1] + 1 - left, rows[-1] + 1 - top)
