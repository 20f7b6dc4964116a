"""Limit the foreground to a region of the picture."""

import numpy as np

from cutout.errors import PictureError
from cutout.layout import Region, Size
from cutout.pictures import Alpha, Box

NEARLY = 0.01
"""Tolerance in pixels for rounded percentages."""


class RegionOutsideError(PictureError):
    """Report a region of interest that reaches past the picture."""

    message = "The region of interest exceeds the picture. Use 0% to 100%, or pixels within it."


class RegionEmptyError(PictureError):
    """Report a region of interest without a pixel."""

    message = "The region of interest is empty. Give its left, top, right and bottom."


def region_box(region: Region, size: Size) -> Box:
    """Return the region's box in a picture of `size`, in pixels.

    Raise `RegionOutsideError` or `RegionEmptyError`.
    """
    left, top, right, bottom = region.within(size)
    if max(left, right) > size[0] + NEARLY or max(top, bottom) > size[1] + NEARLY:
        raise RegionOutsideError
    if min(left, top, right, bottom) < -NEARLY:
        raise RegionOutsideError
    box = [round(each) for each in (left, top, right, bottom)]
    if box[2] <= box[0] or box[3] <= box[1]:
        raise RegionEmptyError
    return Box(box[0], box[1], box[2] - box[0], box[3] - box[1])


def keep_region(alpha: Alpha, box: Box, size: Size) -> Alpha:
    """Return `alpha` with zeros outside of `box`, which is in pixels of a picture of `size`."""
    height, width = alpha.shape
    across, down = width / size[0], height / size[1]
    rows = slice(round(box.top * down), max(1, round((box.top + box.height) * down)))
    columns = slice(round(box.left * across), max(1, round((box.left + box.width) * across)))
    kept = np.zeros_like(alpha)
    kept[rows, columns] = alpha[rows, columns]
    return kept
