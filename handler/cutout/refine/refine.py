"""Turn the coarse alpha into the picture's own, at full size."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.backdrop.correction import find_correction
from cutout.errors import RegionEmptyError, RegionOutsideError
from cutout.layout import Region, Size
from cutout.pictures import Alpha, Box, Picture
from cutout.refine.hair import draw_hair
from cutout.timing import Deadline

ROWS = 32
"""Rows mixed at once: 4096 pixels of each, in two bytes, stay in the processor's cache."""
FULL_WEIGHT = 256
"""Units of a weight: 255 times this, and a half, still fit into two bytes."""

Alpha16: TypeAlias = npt.NDArray[np.uint16]
"""0..255 in two bytes, so that weighted sums fit."""


def enlarge(coarse: Alpha, size: tuple[int, int]) -> Alpha:
    """Resize to `size` (width, height) bilinearly, which can't ring.

    If the picture is smaller than the network's square, Pillow widens the kernel by the factor that
    it shrinks by. If it is taller, rows are mixed here: Pillow, which works a byte at a time, takes
    four times as long.
    """
    width, height = size
    rows = min(height, len(coarse))
    wide = np.asarray(Image.fromarray(coarse).resize((width, rows), Image.Resampling.BILINEAR))
    return wide if rows == height else _interpolate_rows(wide, height)


def _interpolate_rows(alpha: Alpha, height: int) -> Alpha:
    """Interpolate linearly to `height` rows, with weights of 1/256."""
    at = ((np.arange(height) + 0.5) * (len(alpha) / height) - 0.5).clip(0, len(alpha) - 1)
    above = at.astype(np.intp)
    below = np.minimum(above + 1, len(alpha) - 1)
    share = np.rint((at - above) * FULL_WEIGHT).astype(np.uint16)[:, np.newaxis]
    taller: Alpha = np.empty((height, alpha.shape[1]), np.uint8)
    for top in range(0, height, ROWS):
        rows = slice(top, top + ROWS)
        mixed, other = (_rows_uint16(alpha, near[rows]) for near in (above, below))
        mixed *= np.uint16(FULL_WEIGHT) - share[rows]
        other *= share[rows]
        mixed += other
        mixed += np.uint16(FULL_WEIGHT // 2)
        mixed >>= np.uint16(8)
        taller[rows] = mixed
    return taller


def _rows_uint16(alpha: Alpha, rows: npt.NDArray[np.intp]) -> Alpha16:
    return alpha.take(rows, axis=0).astype(np.uint16)


FLOOR, CEILING = 16, 240
"""Coarse alpha up to which a pixel is background, and from which it is foreground."""


def _table() -> Alpha:
    ramp = (np.arange(256) - FLOOR) * (255 / (CEILING - FLOOR))
    table: Alpha = np.clip(np.rint(ramp), 0, 255).astype(np.uint8)
    return table


TABLE = _table()


def stretch_levels(alpha: Alpha) -> Alpha:
    """Map [FLOOR, CEILING] linearly to [0, 255].

    So a network that is 94 % sure leaves neither a veil over the background nor a glassy object. It
    is less sure than it is right: on each of the model card's eleven sets the stretch takes 1 to 22
    % off the mean absolute error. A wider one would take a little more, but remove the tips of
    hair.
    """
    stretched: Alpha = TABLE[alpha]
    return stretched


Sharpen: TypeAlias = Callable[[Picture, Alpha, Alpha, Deadline], Alpha]
"""Take picture, coarse alpha, enlarged alpha and deadline; return alpha of the picture's size."""


def refine(
    coarse: Alpha,
    picture: Picture,
    sharpen: Sharpen | None,
    deadline: Deadline,
    *,
    by_backdrop: bool = True,
) -> Alpha:
    """Return the alpha of the picture's size, to which `with_hair` adds the last details.

    The coarse alpha is corrected by a plain backdrop (evaluations may disable that by
    `by_backdrop`) and enlarged. Its edges are then sharpened, until `deadline` at most.
    """
    levelled = stretch_levels(coarse)
    correction = find_correction(levelled, picture.flattened) if by_backdrop else None
    if correction is not None:
        levelled = correction.applied(levelled)
    alpha = enlarge(levelled, picture.size)
    if correction is not None and alpha.shape == correction.alpha.shape:
        alpha = correction.applied(alpha)  # sharper than by way of the network's square
    if sharpen is not None:
        alpha = sharpen(picture, levelled, alpha, deadline)
    if correction is not None:
        alpha = correction.with_rim(alpha, picture.flattened)
    return alpha


def refine_mask(
    mask: Alpha, picture: Picture, sharpen: Sharpen | None, deadline: Deadline
) -> Alpha:
    """Return a given mask at the picture's size: enlarged, with sharper edges and hair.

    Unlike the networks' alpha it is neither stretched nor corrected by the backdrop: what it keeps
    is meant to be kept.
    """
    alpha = enlarge(mask, picture.size)
    if sharpen is not None:
        alpha = sharpen(picture, mask, alpha, deadline)
    return with_hair(alpha, picture, deadline)


def with_hair(alpha: Alpha, picture: Picture, deadline: Deadline) -> Alpha:
    """Return the alpha with hair drawn by the picture's colours, within the picture's own alpha."""
    return within_own(draw_hair(alpha, picture.flattened, deadline), picture)


def within_own(alpha: Alpha, picture: Picture) -> Alpha:
    """Return the alpha, nowhere more than the picture's own, if it has one.

    They are not multiplied: the alpha was found on the flattened picture, where what is
    half-transparent already shows half of the ground. Its edges would be thinned twice.
    """
    return alpha if picture.own_alpha is None else np.minimum(alpha, picture.own_alpha)


NEARLY = 0.01
"""Tolerance in pixels for rounded percentages."""


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
    """Return `alpha` with zeros outside of `box`, which is in pixels of a picture of `size`.

    At least one row and one column are kept, however much smaller `alpha` is.
    """
    rows = _span(box.top, box.height, len(alpha) / size[1])
    columns = _span(box.left, box.width, alpha.shape[1] / size[0])
    kept = np.zeros_like(alpha)
    kept[rows, columns] = alpha[rows, columns]
    return kept


def _span(start: int, length: int, scale: float) -> slice:
    """Return the pixels of a span after scaling; if it is too short, the one in its middle."""
    first, last = round(start * scale), round((start + length) * scale)
    if first == last:
        first = int((start + length / 2) * scale)
    return slice(first, max(last, first + 1))
