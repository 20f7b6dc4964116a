"""The object on a transparent background."""

import numpy as np
from PIL import Image

from handler.compose.foreground import restore_colours
from handler.pictures import Alpha, Picture, Pixels
from handler.stripes import stripes


def straight_rgba(picture: Picture, alpha: Alpha) -> Pixels:
    """Shape (height, width, 4), writable. Straight colour: the picture's own where it is opaque,
    the object's alone at soft edges, so that they neither darken nor show the old background, and
    zero where nothing shows, so that nothing hidden is sent and the file is small."""
    width, height = picture.size
    pixels = np.empty((height, width, 4), np.uint8)
    packed = pixels.view(np.uint32)[..., 0]  # a pixel in one word: 17 times as fast as by channel
    for rows in stripes(height):
        image = picture.colour.crop((0, rows.start, width, rows.stop))
        image.putalpha(Image.fromarray(alpha[rows]))
        words = np.asarray(image).view(np.uint32)[..., 0]
        np.multiply(words, alpha[rows] > 0, out=packed[rows])
    restore_colours(pixels, picture.colour, alpha)
    return pixels
