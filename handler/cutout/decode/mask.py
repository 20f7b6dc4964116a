"""Decode the mask that comes with a picture."""

import numpy as np
from PIL import Image, ImageFile

from cutout.decode.colour import alpha_channel, eight_bits
from cutout.decode.decode import decode_with, load_pixels
from cutout.decode.orientation import orientation_turn
from cutout.errors import MaskSizeError, of_mask
from cutout.layout import Size
from cutout.pictures import Alpha
from cutout.settings import Settings


def decode_mask(content: bytes, size: Size, settings: Settings, *, webp: bool = True) -> Alpha:
    """Return the mask in a file, for a picture of `size` (width, height).

    Raise as `read_mask`, or `MaskSizeError`.
    """
    mask = read_mask(content, settings, webp=webp)
    require_fit(mask, size)
    return mask


def read_mask(content: bytes, settings: Settings, *, webp: bool = True) -> Alpha:
    """Return the mask in a file; see `mask_values`.

    It is turned upright by its EXIF orientation. Raise `PictureError` as `decode` does, about the
    mask.
    """
    with of_mask():
        return decode_with(_upright, content, settings, webp=webp)


def mask_values(image: Image.Image) -> Alpha:
    """Return the values of a loaded image as a mask: 0 is background, 255 is foreground.

    They are its alpha if that is not the same everywhere, otherwise its grey. No colour space is
    applied, so that 8-bit values stay as they are; 16-bit ones are scaled.
    """
    plain = eight_bits(image)
    alpha = alpha_channel(plain)
    if alpha is not None and alpha.min() < alpha.max():
        return alpha
    if plain.mode not in ("1", "L", "LA", "RGB", "RGBA"):
        plain = plain.convert("RGBA")  # RGB would warn of a transparent palette
    return np.asarray(plain if plain.mode == "L" else plain.convert("L"))


def require_fit(mask: Alpha, size: Size) -> None:
    """Raise `MaskSizeError` unless the mask fits a picture of `size` (width, height).

    It fits with the same size, or smaller if one side is within a pixel of what the other side and
    the picture's proportions make it.
    """
    (height, width), (full_width, full_height) = mask.shape, size
    is_larger = width > full_width or height > full_height
    difference = abs(width * full_height - height * full_width)
    if is_larger or difference > max(size):
        raise MaskSizeError((width, height), size)


def _upright(image: ImageFile.ImageFile) -> Alpha:
    load_pixels(image)
    turn = orientation_turn(image)
    values = mask_values(image)
    return values if turn is None else np.asarray(Image.fromarray(values).transpose(turn))
