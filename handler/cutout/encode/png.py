"""Write PNG files (W3C PNG, third edition)."""

import struct
import zlib
from collections.abc import Iterable

from isal import isal_zlib

from cutout.choices import Compression
from cutout.encode.deflate import deflate_for
from cutout.pictures import Composition

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels → greyscale, truecolour, truecolour with alpha


def encode_png(composition: Composition, compression: Compression = Compression.BALANCED) -> bytes:
    """Encode uint8 pixels of shape (height, width), or with 3 or 4 channels, as a PNG file."""
    deflate = deflate_for(composition.pixels, compression)
    return png_file(composition, deflate(composition.pixels))


def png_file(composition: Composition, data: Iterable[bytes]) -> bytes:
    """Return a PNG file around filtered and deflated pixels."""
    pixels = composition.pixels
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    parts = [SIGNATURE, _chunk(b"IHDR", header)]
    if composition.icc_profile:
        profile = b"ICC profile\0\0" + zlib.compress(composition.icc_profile)
        parts.append(_chunk(b"iCCP", profile))
    parts += [_chunk(b"IDAT", each) for each in data]
    parts.append(_chunk(b"IEND", b""))
    return b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = isal_zlib.crc32(data, isal_zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)))
