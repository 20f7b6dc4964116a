"""Shrink pictures early if the answer is small, never below the networks' input size."""

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

from cutout.layout import Bound, Size
from cutout.pictures import Picture

NETWORK_SIDE = 1024
"""Side, in pixels, of the networks' square input."""
DECODED_SIDE = 2 * NETWORK_SIDE
"""Minimum pixels of the longer side after decoding. With fewer, the networks' input would differ
from that of the whole picture, and the mask with it."""

FAST_GAP = 1.0
"""Pillow's `reducing_gap` for pictures that are resampled once more for the answer: it averages
whole pixels first, which takes a fifth of the time."""


def shrink_on_load(image: ImageFile, bound: Bound) -> Size | None:
    """Configure a JPEG to decode at a half, a quarter or an eighth of its width and height.

    Return its full size, or None if it is decoded at that.
    """
    width, height = image.size
    factor = max(
        bound.factor(width, height),
        DECODED_SIDE / max(width, height),
        NETWORK_SIDE / min(width, height),
    )
    if factor >= 1 or image.format != "JPEG":
        return None
    image.draft(None, (int(width * factor), int(height * factor)))
    return None if image.size == (width, height) else (width, height)


def shrink(picture: Picture, bound: Bound) -> Picture:
    """Return the picture shrunk to the size of an answer within `bound`.

    The longer side keeps at least 1024 pixels. A picture that is not larger is returned unchanged.
    """
    target, gap = bound.of(picture.full_size), None
    if max(target) < NETWORK_SIDE:
        target, gap = Bound(side=NETWORK_SIDE).of(picture.full_size), FAST_GAP
    if target[0] >= picture.size[0] or target[1] >= picture.size[1]:
        return picture
    colour, holes = picture.colour, picture.holes
    if holes is None:
        colour = colour.resize(target, Image.Resampling.HAMMING, reducing_gap=gap)
    else:
        colour = colour.copy()
        colour.putalpha(Image.fromarray(holes))
        colour = colour.resize(target, Image.Resampling.HAMMING)
        holes = np.asarray(colour.getchannel("A"))
        colour = colour.convert("RGB")
    return Picture(colour, holes, picture.icc_profile, picture.full_size)
