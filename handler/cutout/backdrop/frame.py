"""Find a line drawn around a picture, at its border or a little inside."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.backdrop.border import BOX, work_size

DEEP = 0.06
"""Depth in which a line is searched, as a fraction of the picture's shorter side."""
THICK = 0.012
"""Maximum thickness of a line, as a fraction of the shorter side, plus one pixel."""
MIDDLE = 0.1
"""Share of each end of a side that is ignored, because corners may be round."""
EVEN, EVEN_SHARE = 14.0, 0.75
"""Largest difference (0..255) from a line's median, and the share of the line that must be
within."""
APART = 10.0
"""Minimum difference (0..255) of a line's colour from the backdrop's inside it."""
ALIKE = 14.0
"""Maximum difference (0..255) of the colours outside and inside a line; with more, it is the frame
of a picture."""
SOFT = 1
"""Pixels beside a line that may have some of its colour."""

Profile = npt.NDArray[np.float32]
"""Shape (depth, 3): a side's colours, from the border inwards."""
Flags = npt.NDArray[np.bool_]
FramedArea = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels of the working size."""


def find_framed_area(image: Image.Image) -> FramedArea | None:
    """Return the area of an image in mode RGB inside a line around it.

    Return None unless there is a line on all four sides.
    """
    width, height = work_size(image)
    depth = round(DEEP * min(width, height))
    if depth < 6:
        return None
    thick = 1 + round(THICK * min(width, height))
    ends = []
    for side in range(4):
        end = _line_end(_strip(image, width, height, depth, side), thick)
        if end is None:
            return None
        ends.append(end)
    left, top, right, bottom = ends
    return left, top, width - right, height - bottom


def _strip(
    image: Image.Image, width: int, height: int, depth: int, side: int
) -> npt.NDArray[np.float32]:
    """Return a side's middle at the working size, shape (depth, length, 3), going inwards.

    Sides are numbered left, top, right, bottom.
    """
    across, down = image.width / width, image.height / height
    skip_x, skip_y = round(MIDDLE * width), round(MIDDLE * height)
    left, top, right, bottom = (
        (0, skip_y, depth, height - skip_y),
        (skip_x, 0, width - skip_x, depth),
        (width - depth, skip_y, width, height - skip_y),
        (skip_x, height - depth, width - skip_x, height),
    )[side]
    box = (left * across, top * down, right * across, bottom * down)
    strip = np.asarray(image.resize((right - left, bottom - top), BOX, box), np.float32)
    strip = strip if side % 2 else strip.swapaxes(0, 1)
    return strip if side < 2 else strip[::-1]


def _line_end(strip: npt.NDArray[np.float32], thick: int) -> int | None:
    """Return how many pixels of a side are line, or outside of it; None if there is no line."""
    profile: Profile = np.median(strip, axis=1)
    off = np.abs(strip - profile[:, np.newaxis]).max(axis=2)
    even: Flags = (off <= EVEN).mean(axis=1) >= EVEN_SHARE
    base = np.median(profile[len(profile) // 2 :], axis=0)
    apart = np.abs(profile - base).max(axis=1)
    found = np.flatnonzero(apart > APART)
    if not len(found):
        return None
    first, end = int(found[0]), int(found[-1]) + 1
    core = even[first:end] | (apart[first:end] < apart.max())  # a soft side may vary along the line
    if end - first > thick + 2 * SOFT or end + SOFT + 2 > len(profile) or not core.all():
        return None
    if not even[first + int(apart[first:end].argmax())]:
        return None
    return end + SOFT if _is_backdrop(apart, even, first, end) else None


def _is_backdrop(apart: Profile, even: Flags, first: int, end: int) -> bool:
    """Return whether the line has the same colour on both sides of it."""
    outside, inside = slice(0, max(0, first - SOFT)), slice(end + SOFT, end + SOFT + 2)
    return bool(
        (apart[outside] <= ALIKE).all() and even[outside].all() and (apart[inside] <= ALIKE).all()
    )
