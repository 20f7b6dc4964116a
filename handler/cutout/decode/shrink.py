"""Shrink pictures as early as a small answer allows, never below what the networks see."""

import numpy as np
from PIL import Image
from PIL.ImageFile import ImageFile

from cutout.layout import Bound, Size
from cutout.pictures import Picture

NETWORK_SIDE = 1024
"""Pixels of the square that the networks see."""
DECODED_SIDE = 2 * NETWORK_SIDE
"""Pixels of the longer side that is decoded at least, so that the networks see the same as of the
whole picture."""


def shrink_on_load(image: ImageFile, bound: Bound) -> Size | None:
    """Let a JPEG decode to a half, a quarter or an eighth of its sides, and return its own size.

    Return None if it is decoded as it is.
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
    """Return the picture shrunk for an answer within the bound.

    Its size is the answer's, but its longer side is at least 1024 pixels.
    """
    target = bound.of(picture.full_size)
    if max(target) < NETWORK_SIDE:
        target = Bound(side=NETWORK_SIDE).of(picture.full_size)
    if target[0] >= picture.size[0] or target[1] >= picture.size[1]:
        return picture
    colour, holes = picture.colour, picture.holes
    if holes is None:
        colour = colour.resize(target, Image.Resampling.HAMMING)
    else:
        colour = colour.copy()
        colour.putalpha(Image.fromarray(holes))
        colour = colour.resize(target, Image.Resampling.HAMMING)
        holes = np.asarray(colour.getchannel("A"))
        colour = colour.convert("RGB")
    return Picture(colour, holes, picture.icc_profile, picture.full_size)
