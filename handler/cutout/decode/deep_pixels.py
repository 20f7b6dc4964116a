"""Use all 16 bits of each channel of a PNG in RGB.

Pillow decodes only the upper bytes. The lower ones are decoded where they count: a transparent
colour is compared in all bits, and a curve needs more than 256 values in the dark.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from cutout.decode.colour import sound_profile
from cutout.decode.png_colour import COLOUR_SPACE, ColourSpace
from cutout.pictures import Alpha

LOWER = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow's decoder of each channel's first byte, and that of the second one."""


class DeepPixels:
    """Hold what the lower bytes of a PNG are needed for. Its pixels are not yet decoded."""

    def __init__(
        self, content: bytes, key: Sequence[int] | None, space: ColourSpace | None
    ) -> None:
        self._content, self._key, self._space = content, key, space

    def apply(self, image: Image.Image) -> None:
        """Make the loaded image an RGBA if it has the transparent colour, and apply the curve."""
        holes = None if self._key is None else self._holes(image, self._key)
        table = None if self._space is None else self._space.table(65536)
        if self._space is not None and table is not None:
            self._replace(image, table)
            image.info[COLOUR_SPACE] = replace(self._space, curve=None)
        if holes is not None:
            del image.info["transparency"]
            if holes.any():
                alpha: Alpha = np.where(holes, np.uint8(0), np.uint8(255))
                image.putalpha(Image.fromarray(alpha))

    def _holes(self, image: Image.Image, key: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Return where an RGB has the transparent colour."""
        found = _equal(image, [channel >> 8 for channel in key])
        if found.any():
            found &= _equal(self._lower, [channel & 255 for channel in key])
        return found

    def _replace(self, image: Image.Image, table: Alpha) -> None:
        """Replace the colours by the table's values for 16 bits, one channel at a time."""
        bands = []
        for name in "RGB":
            deep = np.asarray(image.getchannel(name)).astype(np.uint16)
            deep <<= 8
            deep |= np.asarray(self._lower.getchannel(name))
            bands.append(Image.fromarray(table[deep]))
        if image.mode == "RGBA":
            bands.append(image.getchannel("A"))
        image.paste(Image.merge(image.mode, bands))

    @cached_property
    def _lower(self) -> Image.Image:
        image = PngImageFile(BytesIO(self._content))
        image.tile = [each._replace(args=LOWER[str(each.args)]) for each in image.tile]
        image.load()
        return image


def deep_pixels(image: Image.Image, *, with_curve: bool) -> DeepPixels | None:
    """Return what needs the lower bytes of an image whose pixels are not yet decoded.

    Return None for other images than PNGs with 16 bits per channel of RGB, and if nothing does. A
    curve is applied `with_curve`, and if no ICC profile counts instead.
    """
    if not isinstance(image, PngImageFile) or not isinstance(image.fp, BytesIO) or not image.tile:
        return None
    if image.tile[0].args not in LOWER:
        return None
    key = image.info.get("transparency")
    key = key if isinstance(key, tuple) else None
    space: ColourSpace | None = image.info.get(COLOUR_SPACE) if with_curve else None
    if space is not None and (
        space.curve is None or sound_profile(image.info.get("icc_profile")) is not None
    ):
        space = None
    if key is None and space is None:
        return None
    return DeepPixels(image.fp.getvalue(), key, space)


def _equal(image: Image.Image, colour: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return where an RGB has the colour, one channel at a time to save memory."""
    equal = np.ones(image.size[::-1], np.bool_)
    for band, value in enumerate(colour):
        equal &= np.asarray(image.getchannel(band)) == value
    return equal
