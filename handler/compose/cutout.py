"""The object on a transparent background."""

import numpy as np
from PIL import Image

from handler.pictures import Alpha, Composition, Picture, Pixels
from handler.stripes import stripes


def compose_cutout(picture: Picture, alpha: Alpha) -> Composition:
    """Straight colour: the picture's own wherever anything shows, so that soft edges don't darken,
    and zero where nothing does, so that nothing hidden is sent and the file is small."""
    return Composition(straight_rgba(picture, alpha), picture.icc_profile)


def straight_rgba(picture: Picture, alpha: Alpha) -> Pixels:
    """Shape (height, width, 4), writable."""
    width, height = picture.size
    pixels = np.empty((height, width, 4), np.uint8)
    packed = pixels.view(np.uint32)[..., 0]  # a pixel in one word: 17 times as fast as by channel
    for rows in stripes(height):
        image = picture.colour.crop((0, rows.start, width, rows.stop))
        image.putalpha(Image.fromarray(alpha[rows]))
        words = np.asarray(image).view(np.uint32)[..., 0]
        np.multiply(words, alpha[rows] > 0, out=packed[rows])
    return pixels
