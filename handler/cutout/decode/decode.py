"""Decode bytes to a `Picture`, and shrink it early if the answer is small.

It is never shrunk below the networks' input size.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np
from PIL import Image, ImageFile

from cutout.decode.colour import split_colour, transparent_colour
from cutout.decode.deep_pixels import deep_pixels
from cutout.decode.header import JPEG, has_coarse_chroma, open_picture
from cutout.decode.open_end import with_end
from cutout.decode.orientation import SIDEWAYS, orientation_turn
from cutout.decode.png_rows import load_rows
from cutout.errors import UnreadablePictureError
from cutout.layout import Bound, Size
from cutout.pictures import Alpha, Picture
from cutout.settings import Settings

Decoded = TypeVar("Decoded")


def decode(
    content: bytes, settings: Settings, *, webp: bool = True, bound: Bound | None = None
) -> Picture:
    """Return the picture in a file; raise `cutout.errors.PictureError`.

    That is for a file that is empty, broken or truncated, of another type, or too large in pixels,
    which is known before any pixel is decoded. `webp` says whether a WebP is accepted. A large JPEG
    for an answer within `bound` is decoded smaller.
    """
    return decode_with(partial(_picture, bound=bound or Bound()), content, settings, webp=webp)


def decode_with(
    convert: Callable[[ImageFile.ImageFile], Decoded],
    content: bytes,
    settings: Settings,
    *,
    webp: bool,
) -> Decoded:
    """Return what `convert` makes of a file's image, whose pixels are not yet decoded.

    A JPEG that lacks its end marker is converted with one. Raise as `decode`.
    """
    image = open_picture(content, settings, webp=webp)
    try:
        return convert(image)
    except MemoryError:
        raise
    except Exception as error:  # on hostile bytes Pillow's decoders raise almost anything
        mended = _mended(content)
        if mended is None:
            raise UnreadablePictureError from error
    try:
        return convert(open_picture(mended, settings))
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadablePictureError from error


def _mended(content: bytes) -> bytes | None:
    """Return a JPEG that lacks nothing but its end marker, with the marker; None for others."""
    if not content.startswith(JPEG):
        return None
    try:
        return with_end(content)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # as above; the first error tells more
        return None


def load_pixels(image: Image.Image, *, with_curve: bool = False) -> None:
    """Decode the pixels, and keep a transparent colour in the depth that they are decoded to.

    `with_curve` applies the curve of a PNG in RGB with 16 bits per channel.
    """
    key, deep = transparent_colour(image), deep_pixels(image, with_curve=with_curve)
    load_rows(image)
    if deep is not None:
        deep.apply(image)
    elif key is not None:
        image.info["transparency"] = key


def _picture(image: ImageFile.ImageFile, bound: Bound) -> Picture:
    full_size = shrink_on_load(image, bound)
    load_pixels(image, with_curve=True)
    turn = orientation_turn(image)
    colour, own_alpha, icc_profile = split_colour(image)
    if turn is not None:
        colour = colour.transpose(turn)
        if own_alpha is not None:
            own_alpha = np.asarray(Image.fromarray(own_alpha).transpose(turn))
        if turn in SIDEWAYS:
            full_size = full_size[::-1]
    return Picture(colour, own_alpha, icc_profile, full_size, has_coarse_chroma(image))


NETWORK_SIDE = 1024
"""Side, in pixels, of the networks' square input."""
DECODED_SIDE = 2 * NETWORK_SIDE
"""Minimum pixels of the longer side after decoding. With fewer, the networks' input would differ
from that of the whole picture, and the mask with it."""

FAST_GAP = 1.0
"""Pillow's `reducing_gap` for pictures that are resampled once more for the answer: it averages
whole pixels first, which takes a fifth of the time."""


MIN_ANSWER_SIDE = 400
"""Pixels of an answer's longer side from which `answer_sized` shrinks. Smaller answers are mostly
edges, which are better drawn larger and then averaged."""


def shrink_on_load(image: ImageFile.ImageFile, bound: Bound) -> Size:
    """Configure a large JPEG to decode at a half, a quarter or an eighth of its width and height.

    Return the full size. Pillow ignores this for other formats.
    """
    width, height = image.size
    factor = max(
        bound.factor(width, height),
        DECODED_SIDE / max(width, height),
        NETWORK_SIDE / min(width, height),
    )
    image.draft(None, (int(width * factor), int(height * factor)))
    return width, height


def shrink(picture: Picture, bound: Bound) -> Picture:
    """Return the picture shrunk to the size of an answer within `bound`.

    The longer side keeps at least 1024 pixels. A picture that is not larger is returned unchanged.
    """
    target, gap = bound.of(picture.full_size), None
    if max(target) < NETWORK_SIDE:
        target, gap = Bound(side=NETWORK_SIDE).of(picture.full_size), FAST_GAP
    if target[0] >= picture.size[0] or target[1] >= picture.size[1]:
        return picture
    colour, own_alpha = picture.colour, picture.own_alpha
    if own_alpha is None:
        colour = colour.resize(target, Image.Resampling.HAMMING, reducing_gap=gap)
    else:
        colour = colour.copy()
        colour.putalpha(Image.fromarray(own_alpha))
        colour = colour.resize(target, Image.Resampling.HAMMING)
        own_alpha = np.asarray(colour.getchannel("A"))
        colour = colour.convert("RGB")
    return replace(picture, colour=colour, own_alpha=own_alpha, original_size=picture.full_size)


def answer_sized(picture: Picture, bound: Bound) -> Picture:
    """Return the picture shrunk to the size of an answer within `bound`, below 1024 pixels as well.

    A picture with its own alpha, or for an answer of under `MIN_ANSWER_SIDE` pixels, is returned
    unchanged: its colours have to be resampled with the final alpha.
    """
    size = bound.of(picture.full_size)
    is_smaller = size[0] < picture.size[0] and size[1] < picture.size[1]
    if picture.own_alpha is not None or not is_smaller or max(size) < MIN_ANSWER_SIDE:
        return picture
    colour = picture.colour.resize(size, Image.Resampling.HAMMING)
    return replace(picture, colour=colour, original_size=picture.full_size)


def resize_alpha(alpha: Alpha, size: Size) -> Alpha:
    """Return an alpha resized with the filter of `answer_sized`, or as it is if it has the size."""
    if alpha.shape[::-1] == size:
        return alpha
    return np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.HAMMING))
