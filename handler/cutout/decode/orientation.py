"""Read the EXIF orientation (CIPA DC-008, tag 0x0112): how to turn the stored picture upright.

Nothing else of EXIF is parsed, so that broken EXIF can't fail a picture.
"""

import struct
from struct import Struct

from PIL import Image

ORIENTATION = 0x0112
PREFIX = b"Exif\0\0"
BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
SHORT, LONG = 3, 4
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = frozenset(TURNS[each] for each in (5, 6, 7, 8))
"""Turns that exchange width and height."""


def orientation_turn(image: Image.Image) -> Image.Transpose | None:
    """Return the turn that makes the picture upright; None if the tag is absent or broken.

    A broken tag must not fail a good picture.
    """
    exif = image.info.get("exif")
    return TURNS.get(_orientation(exif)) if isinstance(exif, bytes) else None


def _orientation(exif: bytes) -> int:
    """Return the tag's value from the first directory of a TIFF structure, or 0 if there is none.

    Source: TIFF 6.0, section 2.
    """
    tiff = exif.removeprefix(PREFIX)
    order = BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return 0
    count, entry = Struct(f"{order}H"), Struct(f"{order}HHI")
    values = {SHORT: Struct(f"{order}H"), LONG: Struct(f"{order}I")}
    try:
        (at,) = Struct(f"{order}I").unpack_from(tiff, 4)
        (entries,) = count.unpack_from(tiff, at)
        for each in range(at + 2, at + 2 + entries * 12, 12):
            tag, kind, number = entry.unpack_from(tiff, each)
            if tag == ORIENTATION:
                found = kind in values and number == 1
                return int(values[kind].unpack_from(tiff, each + 8)[0]) if found else 0
    except struct.error:  # the structure ends early
        return 0
    return 0
