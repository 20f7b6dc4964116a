"""Read a picture of any kind that the library takes."""

import re
from contextlib import suppress
from io import BytesIO, TextIOBase
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.ImageFile import ImageFile

from cutout.decode.colour import GREY_8_OF_16, split_colour, transparent_colour
from cutout.decode.decode import decode
from cutout.decode.header import has_coarse_chroma
from cutout.decode.mask import decode_mask, mask_values, require_fit
from cutout.decode.orientation import orientation_turn
from cutout.decode.png_colour import COLOUR_SPACE, opened_space
from cutout.decode.riff import SIGNATURE_LENGTH, is_webp, split_webp
from cutout.errors import UnreadablePictureError
from cutout.layout import Bound, Size
from cutout.options import Source
from cutout.pictures import Alpha, Picture, Pixels
from cutout.settings import Settings

URL = re.compile(r"(?:[a-z][a-z0-9+.-]+://|data:)", re.IGNORECASE)
KINDS = "a path, bytes, a binary file, a Pillow image or a numpy array"
SHAPES = "(height, width), (height, width, 3) for RGB or (height, width, 4) for RGBA"
CHANNELS = {1, 3, 4}
EIGHT_OR_SIXTEEN = (np.uint8, np.uint16)
WHITE_8_BIT, WHITE_16_BIT = 255, 65535
"""White in 8 and in 16 bits. Pillow has either in mode I: of a grey that was converted to it, and
of a 16-bit PGM file."""


def decode_any(given: object, settings: Settings, bound: Bound | None = None) -> Picture:
    """Return the pixels of a picture, upright, and leave `given` unchanged.

    The file of a large JPEG for a result within `bound` is decoded smaller.

    Raise `PictureError` for a bad file, `OSError` if it cannot be read, `TypeError` or `ValueError`
    for anything that is not a picture.
    """
    if isinstance(given, Image.Image):
        return _from_image(given)
    if isinstance(given, np.ndarray):
        return Picture(*split_colour(Image.fromarray(eight_bits(given))))
    return decode(read_file(given), settings, bound=bound)


def decode_any_mask(given: object, size: Size, settings: Settings) -> Alpha:
    """Return the mask of an upright picture of `size`, and leave `given` unchanged.

    Raise as `decode_any`, or `MaskSizeError`.
    """
    if isinstance(given, Image.Image):
        image = _upright(given)
        given = _mask_numbers(image) if image.mode in ("I", "F") else image
    if isinstance(given, np.ndarray):
        given = Image.fromarray(eight_bits(_scaled_mask(given)))
    if not isinstance(given, Image.Image):
        return decode_mask(read_file(given), size, settings)
    mask = np.array(mask_values(given))
    require_fit(mask, size)
    return mask


def to_source(given: object) -> Source:
    """Return a picture as a file, for a background. Raise as `decode_any`."""
    if isinstance(given, np.ndarray):
        given = Image.fromarray(eight_bits(given))
    if isinstance(given, Image.Image):
        picture = _from_image(given)
        image = picture.colour.copy()
        if picture.own_alpha is not None:
            image.putalpha(Image.fromarray(picture.own_alpha))
        file = BytesIO()
        image.save(file, "PNG", compress_level=1, icc_profile=picture.icc_profile)
        return Source(file.getvalue(), "background.png")
    return Source(read_file(given), "background")


def read_file(given: object) -> bytes:
    """Return a file's content, an open file's from its start, as Pillow does."""
    if isinstance(given, bytes | bytearray | memoryview):
        return bytes(given)
    if isinstance(given, str | PathLike):
        if isinstance(given, str) and URL.match(given):
            raise ValueError(f"URLs are not downloaded: {given[:80]!r}. Pass the file's bytes")
        return Path(given).read_bytes()
    read = getattr(given, "read", None)
    if read is None:
        raise TypeError(f"a picture must be {KINDS}, not {type(given).__name__}")
    content = None
    # a text file is not read: most pictures would end in a UnicodeDecodeError
    if not isinstance(given, TextIOBase):
        with suppress(AttributeError, OSError):  # a pipe, or an answer from the web
            given.seek(0)  # type: ignore[attr-defined]
        content = read()
    if not isinstance(content, bytes):
        raise TypeError("a file object must be open in binary mode, as by open(path, 'rb')")
    return content


def eight_bits(array: npt.NDArray[Any]) -> Pixels:
    """Return an array in 8 bits, without an axis of length 1.

    Raise `TypeError` for another type than uint8 and uint16, `ValueError` for another shape.
    """
    array = _native(array)
    if array.dtype not in EIGHT_OR_SIXTEEN:
        hint = " (scale 0..1 by 255)" if array.dtype.kind == "f" else ""
        raise TypeError(f"an array must be uint8 or uint16, not {array.dtype}{hint}")
    is_picture = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)
    if not is_picture or not array.size:
        raise ValueError(f"an array must have the shape {SHAPES}, not {array.shape}")
    flat = array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array
    pixels: Pixels = GREY_8_OF_16[flat] if flat.dtype == np.uint16 else np.ascontiguousarray(flat)
    return pixels


def _scaled_mask(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return booleans, floats from 0 to 1, and integers 0 and 1, as uint8; greys as they are.

    Raise `ValueError` for other floats, `TypeError` for another type.
    """
    if array.dtype.kind == "f":
        if not ((array >= 0) & (array <= 1)).all():
            raise ValueError("a mask of floating-point numbers must be from 0 to 1")
        array = np.rint(array * 255)
        return array.astype(np.uint8)
    if array.dtype == np.bool_ or _is_binary(array):
        return array.astype(np.uint8) * np.uint8(255)
    if _native(array).dtype not in EIGHT_OR_SIXTEEN:
        raise TypeError(
            "a mask's array must be of booleans, floats from 0 to 1, integers 0 and 1, uint8 or "
            f"uint16, not {array.dtype}"
        )
    return array


def _mask_numbers(image: Image.Image) -> npt.NDArray[Any]:
    """Return the values of a mask in mode F or I, those of mode I as uint8 or, if larger, uint16.

    Raise `ValueError` for whole numbers that fit neither.
    """
    numbers = np.asarray(image)
    if image.mode == "F":
        return numbers
    if not ((numbers >= 0) & (numbers <= WHITE_16_BIT)).all():
        raise ValueError(f"a mask in mode I must be from 0 to 255 or from 0 to {WHITE_16_BIT}")
    return numbers.astype(np.uint8 if (numbers <= WHITE_8_BIT).all() else np.uint16)


def _is_binary(array: npt.NDArray[Any]) -> bool:
    """Return whether an array has integers, and none but 0 and 1."""
    is_whole = array.dtype.kind in "iu" and array.size > 0
    return is_whole and bool(array.min() >= 0) and bool(array.max() <= 1)


def _native(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array in the machine's byte order, which some files do not have."""
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _from_image(given: Image.Image) -> Picture:
    """Return the pixels of a Pillow image. Raise `UnreadablePictureError` if its file is broken."""
    is_lossy = _is_lossy_webp(given)  # no longer known once the pixels are loaded
    upright = _eight_bit_range(_upright(given))
    upright.info[COLOUR_SPACE] = opened_space(given)
    is_coarse = isinstance(given, ImageFile) and has_coarse_chroma(given)
    return Picture(*split_colour(upright), coarse_chroma=is_coarse or is_lossy)


def _is_lossy_webp(image: Image.Image) -> bool:
    """Return whether the image is of a lossy WebP file, if its pixels are still there."""
    file = image.fp if isinstance(image, ImageFile) and image.format == "WEBP" else None
    if file is None or file.closed:
        return False
    place = file.tell()
    file.seek(0)
    content = file.read(SIGNATURE_LENGTH)
    if is_webp(content):
        content += file.read()
    file.seek(place)
    return is_webp(content) and split_webp(content).is_lossy


def _eight_bit_range(image: Image.Image) -> Image.Image:
    """Return an image in mode I without numbers over 255 in mode L, and any other as it is.

    Raise `ValueError` for mode F with numbers from 0 to 1, which Pillow converts to black.
    """
    if image.mode == "F" and 0 < np.asarray(image).max(initial=0) <= 1:
        raise ValueError("an image in mode F must be from 0 to 255 (scale 0..1 by 255)")
    is_narrow = image.mode == "I" and np.asarray(image).max(initial=0) <= WHITE_8_BIT
    return image.convert("L") if is_narrow else image


def _upright(given: Image.Image) -> Image.Image:
    """Return a loaded copy. Raise `UnreadablePictureError` if its file is broken."""
    key = transparent_colour(given)
    try:
        given.load()
    except (OSError, SyntaxError, RuntimeError) as error:  # the last one is AVIF's
        raise UnreadablePictureError from error
    # not by Pillow's `exif_transpose`, which fails on broken EXIF
    turn = orientation_turn(given)
    upright = given.copy() if turn is None else given.transpose(turn)
    if key is not None:
        upright.info["transparency"] = key
    return upright
