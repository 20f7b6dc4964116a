"""The object on a transparent background."""

import numpy as np
from PIL import Image

from handler.pictures import Alpha, Composition, Picture, Pixels


def compose_cutout(picture: Picture, alpha: Alpha) -> Composition:
    """Straight colour: the picture's own wherever anything shows, so that soft edges don't darken,
    and zero where nothing does, so that nothing hidden is sent and the file is small."""
    return Composition(straight_rgba(picture, alpha), picture.icc_profile)


def straight_rgba(picture: Picture, alpha: Alpha) -> Pixels:
    """Shape (height, width, 4), writable."""
    image = picture.colour.copy()
    image.putalpha(Image.fromarray(alpha))
    pixels = np.array(image)
    packed = pixels.view(np.uint32)[..., 0]  # a pixel in one word: 3x faster than by channel
    np.multiply(packed, alpha > 0, out=packed)
    return pixels
