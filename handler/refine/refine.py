"""Coarse alpha to full size, the input's own holes kept."""

import numpy as np
from PIL import Image

from handler.pictures import Alpha, Picture
from handler.refine.levels import stretch_levels


def refine(coarse: Alpha, picture: Picture) -> Alpha:
    """Alpha of the picture's size. Bilinear, which can't ring; where the picture is smaller than
    the network's square Pillow widens the kernel to what it shrinks by."""
    levelled = Image.fromarray(stretch_levels(coarse))
    alpha = np.asarray(levelled.resize(picture.size, Image.Resampling.BILINEAR))
    return alpha if picture.holes is None else product(alpha, picture.holes)


def product(first: Alpha, second: Alpha) -> Alpha:
    """a·b of two alphas, rounded to nearest; exact in integers (Blinn 1995, "Three wrongs make a
    right")."""
    wide = first.astype(np.uint16) * second + 128
    return ((wide + (wide >> 8)) >> 8).astype(np.uint8)
