"""The object on a background of one's own.

The cut-out carries the object's own colours at its edges (`cutout.compose.foreground`), so laying
it on another picture is one "over" (Porter and Duff 1984) and no fringe of the old one remains.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from cutout.colours import TRANSPARENT, Colour
from cutout.compose.profiles import to_profile
from cutout.pictures import Picture, Pixels
from cutout.stripes import stripes


@dataclass(frozen=True)
class Backdrop:
    """A decoded picture whose holes show the colour, or either of them alone."""

    colour: Colour | None = None
    picture: Picture | None = None


def lay_on(pixels: Pixels, backdrop: Backdrop, icc_profile: bytes | None) -> Pixels:
    """Straight RGBA laid on the backdrop, whose colours are brought to those of `icc_profile` (None
    is sRGB). Shape (height, width, 3) where nothing shows through any more, else (..., 4)."""
    height, width = pixels.shape[:2]
    below = _canvas(backdrop, (width, height), icc_profile)
    laid = np.empty((height, width, len(below.getbands())), np.uint8)
    for rows in stripes(height):
        above = Image.fromarray(pixels[rows])
        part = below.crop((0, rows.start, width, rows.stop))
        if part.mode == "RGB":
            part.paste(above, mask=above)  # by the channel's own alpha, rounded to nearest
        else:
            part.alpha_composite(above)
        laid[rows] = np.asarray(part)
    return laid


def _canvas(backdrop: Backdrop, size: tuple[int, int], icc_profile: bytes | None) -> Image.Image:
    """The backdrop at that size, in mode RGB, or RGBA where it has holes."""
    if backdrop.picture is None:
        return _plain(backdrop.colour or TRANSPARENT, size, icc_profile)
    own = backdrop.picture.icc_profile
    picture = to_profile(_covering(backdrop.picture, size), own, icc_profile)
    if picture.mode == "RGB" or backdrop.colour is None:
        return picture
    ground = _plain(backdrop.colour, size, icc_profile)
    if ground.mode == "RGB":
        ground.paste(picture, mask=picture)
    else:
        ground.alpha_composite(picture)
    return ground


def _plain(colour: Colour, size: tuple[int, int], icc_profile: bytes | None) -> Image.Image:
    dot = to_profile(Image.new("RGBA", (1, 1), colour), None, icc_profile)
    if colour.alpha == 255:
        dot = dot.convert("RGB")
    return Image.new(dot.mode, size, dot.getpixel((0, 0)))


def _covering(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """Scaled until it covers `size`, what juts out cut off evenly on both sides."""
    image = picture.colour
    if picture.holes is not None:
        image = image.copy()
        image.putalpha(Image.fromarray(picture.holes))
    if image.size == size:
        return image
    scale = min(have / want for have, want in zip(image.size, size, strict=True))
    spare = [max(0.0, have - want * scale) for have, want in zip(image.size, size, strict=True)]
    (left, top), (width, height) = (each / 2 for each in spare), image.size
    box = (left, top, width - left, height - top)
    return image.resize(size, Image.Resampling.BICUBIC, box)
