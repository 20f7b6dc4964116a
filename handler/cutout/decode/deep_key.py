"""Compare all bits of a transparent colour of 16 bits per channel.

Pillow decodes only the upper byte of each channel of an RGB. The lower bytes are decoded for the
comparison alone.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from cutout.pictures import Alpha

UPPER, LOWER = "RGB;16B", "RGB;16L"
"""Pillow's decoders for the first and the second byte of each channel."""


class DeepKey:
    """Hold the transparent colour of a PNG whose pixels are not yet decoded."""

    def __init__(self, content: bytes, colour: Sequence[int]) -> None:
        self._content, self._colour = content, colour

    def apply(self, image: Image.Image) -> None:
        """Make the loaded image an RGBA if it has the transparent colour."""
        del image.info["transparency"]
        found = _equal(image, [channel >> 8 for channel in self._colour])
        if found.any():
            found &= _equal(self._lower_bytes(), [channel & 255 for channel in self._colour])
        if found.any():
            alpha: Alpha = np.where(found, np.uint8(0), np.uint8(255))
            image.putalpha(Image.fromarray(alpha))

    def _lower_bytes(self) -> Image.Image:
        image = PngImageFile(BytesIO(self._content))
        image.tile = [each._replace(args=LOWER) for each in image.tile]
        image.load()
        return image


def deep_key(image: Image.Image) -> DeepKey | None:
    """Return the transparent colour of an RGB with 16 bits per channel; None for other images."""
    if not isinstance(image, PngImageFile) or not isinstance(image.fp, BytesIO) or not image.tile:
        return None
    colour = image.info.get("transparency")
    if image.tile[0].args != UPPER or not isinstance(colour, tuple):
        return None
    return DeepKey(image.fp.getvalue(), colour)


def _equal(image: Image.Image, colour: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return where an RGB has the colour, one channel at a time to save memory."""
    equal = np.ones(image.size[::-1], np.bool_)
    for band, value in enumerate(colour):
        equal &= np.asarray(image.getchannel(band)) == value
    return equal
