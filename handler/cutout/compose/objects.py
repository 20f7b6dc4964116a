"""Where the objects are: the parts of the matte that hang together."""

import numpy as np

from cutout.arrays import Mask, label_components
from cutout.pictures import Alpha, Box, FoundObject

WORK_SIDE = 512
"""A component has no detail: a picture of 4096 is looked at in blocks of 8 x 8."""
VISIBLE = 32  # alpha below which a pixel belongs to no object
SOLID = 128
SPECK = 0.01  # of the largest object's size: what is smaller is none
MOST = 100  # objects that are told of


def find_objects(alpha: Alpha) -> tuple[FoundObject, ...]:
    """Largest first; none where nothing shows. An object is as large as it is solid, so that the
    faint smears which a matte may have elsewhere are none, but the soft edge of one is a part of
    it; only where nothing is solid is all that shows taken for that."""
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
    return tuple(_found(alpha, samples, labels == label, side) for label in large)


def blockwise_max(alpha: Alpha, side: int) -> Alpha:
    """The largest value in each block of `side` x `side`; at the ends they may be smaller. (Of
    whole slices: 25 times as fast as by `reduceat`.)"""
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
    """The box around all of them; None where there are none."""
    if not objects:
        return None
    boxes = [each.box for each in objects]
    left, top = (min(box[axis] for box in boxes) for axis in (0, 1))
    right, bottom = (max(box[axis] + box[axis + 2] for box in boxes) for axis in (0, 1))
    return Box(left, top, right - left, bottom - top)


def _found(alpha: Alpha, samples: Alpha, component: Mask, side: int) -> FoundObject:
    """`samples` is a pixel of each block."""
    seen = samples[component & (samples >= VISIBLE)]
    opacity = float(seen.mean()) / 255 if len(seen) else 1.0
    rows, columns = (_span(np.any(component, axis=axis)) for axis in (1, 0))
    return FoundObject(_tight(alpha, rows, columns, side), opacity)


def _tight(alpha: Alpha, rows: slice, columns: slice, side: int) -> Box:
    """A box of blocks, its sides moved inwards to the first visible pixel."""
    region = alpha[rows.start * side : rows.stop * side, columns.start * side : columns.stop * side]
    height, width = region.shape
    top = _margin(region[:side].max(axis=1))
    bottom = height - _margin(region[-side:].max(axis=1)[::-1])
    left = _margin(region[:, :side].max(axis=0))
    right = width - _margin(region[:, -side:].max(axis=0)[::-1])
    return Box(columns.start * side + left, rows.start * side + top, right - left, bottom - top)


def _margin(line: Alpha) -> int:
    """How many values at the beginning are not visible."""
    return int((line >= VISIBLE).argmax())


def _span(line: Mask) -> slice:
    """From the first to behind the last that is true."""
    (found,) = line.nonzero()
    return slice(int(found[0]), int(found[-1]) + 1)
