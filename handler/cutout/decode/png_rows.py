"""Find out whether a PNG file holds all rows of its pixels.

Pillow leaves missing rows at zero without an error if the compressed stream has a regular end.
"""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from isal import isal_zlib
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from cutout.decode.containers import HEADER, PIXELS, SIGNATURE
from cutout.errors import UnreadablePictureError

DEPTH, COLOUR_TYPE, INTERLACE = 24, 25, 28
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Number of channels by colour type."""
PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""First column and row, and steps across and down (PNG, Third Edition, 8.1)."""
PIECE_BYTES = 1 << 20


def load_rows(image: Image.Image) -> None:
    """Decode the pixels; raise `UnreadablePictureError` if it is a PNG that lacks some of them.

    Only a picture whose last row is zero, or an interlaced one, can lack any, and is unpacked once
    more to count them.
    """
    file = image.fp if isinstance(image, PngImageFile) else None
    image.load()
    content = file.getvalue() if isinstance(file, BytesIO) else b""
    if not content.startswith(HEADER):
        return
    last = image.crop((0, image.height - 1, image.width, image.height))
    if (content[INTERLACE] or not np.asarray(last).any()) and not _has_all_rows(content):
        raise UnreadablePictureError


def _has_all_rows(content: bytes) -> bool:
    """Return whether the pixels unpack to as many bytes as the header promises."""
    missing = _row_bytes(content)
    unpacker = isal_zlib.decompressobj()
    for packed in _pixel_chunks(content):
        data = packed
        while data and missing > 0 and not unpacker.eof:
            missing -= len(unpacker.decompress(data, min(PIECE_BYTES, missing)))
            data = unpacker.unconsumed_tail
    return missing <= 0


def _row_bytes(content: bytes) -> int:
    """Return the bytes of all rows, each with its filter."""
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    bits = content[DEPTH] * CHANNELS[content[COLOUR_TYPE]]
    total = 0
    for left, top, across, down in PASSES if content[INTERLACE] else ((0, 0, 1, 1),):
        columns, rows = len(range(left, width, across)), len(range(top, height, down))
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total


def _pixel_chunks(content: bytes) -> Iterator[bytes]:
    """Yield the data of the chunks that hold pixels."""
    at = len(SIGNATURE)
    while at + 8 <= len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if name == PIXELS:
            yield content[at + 8 : at + 8 + length]
        at += 12 + length
