"""The object on a transparent background."""

import numpy as np
from PIL import Image

from cutout.compose.blocks import BLOCK, find_blocks
from cutout.compose.foreground import restore_colours
from cutout.pictures import Alpha, Picture, Pixels
from cutout.stripes import stripes


def straight_rgba(picture: Picture, alpha: Alpha) -> Pixels:
    """Shape (height, width, 4), writable. Straight colour: the picture's own where it is opaque or
    was transparent before, the object's alone at soft edges, so that they neither darken nor show
    the old background, and zero where nothing shows, so that nothing hidden is sent and the file is
    small."""
    width, height = picture.size
    pixels = np.empty((height, width, 4), np.uint8)
    packed = pixels.view(np.uint32)[..., 0]  # a pixel in one word: 17 times as fast as by channel
    blocks = find_blocks(alpha)
    mixed = np.empty((BLOCK**2, len(blocks.soft)), np.uint32)
    for rows in stripes(height):
        image = picture.flat.crop((0, rows.start, width, rows.stop))
        image.putalpha(Image.fromarray(alpha[rows]))
        words = np.asarray(image).view(np.uint32)[..., 0]
        blocks.cut(words, rows.start, mixed)
        np.multiply(words, alpha[rows] > 0, out=packed[rows])
    if len(blocks.soft):
        pure = restore_colours(mixed, picture.flat, blocks)
        for rows in stripes(height):
            blocks.paste(packed[rows], rows.start, pure)
    if picture.holes is not None:
        _keep_straight(pixels, picture.colour, picture.holes)
    return pixels


def _keep_straight(pixels: Pixels, colour: Image.Image, holes: Alpha) -> None:
    """What was transparent before is a mixture with nothing: its colour stays, in place."""
    for rows in stripes(len(pixels)):
        stripe = pixels[rows]
        own = (holes[rows] < 255) & (stripe[..., 3] > 0)
        seen = np.asarray(colour.crop((0, rows.start, colour.width, rows.stop)))
        np.copyto(stripe[..., :3], seen, where=own[..., np.newaxis])
