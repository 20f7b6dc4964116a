"""Write PNG files (W3C PNG, third edition), compressed fast or small.

`python -m benchmarks.compression` measures time against bytes (docs/performance.md). A megabyte
that leaves AWS costs as much as two seconds of the function at its default memory size.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol

from isal import isal_zlib
from zlib_ng import zlib_ng

from cutout.choices import Compression
from cutout.encode.filters import filter_by_trial, filter_up
from cutout.pictures import Composition, Pixels

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


Deflate = Callable[[Pixels], Iterator[bytes]]
"""Compress rows to the zlib stream of a PNG, piece by piece."""

FAST_LEVEL = 2
"""Level of ISA-L, 0..3. 3 takes three times as long and saves nothing."""
BALANCED_LEVEL, SMALL_LEVEL = 5, 8
"""Levels of zlib-ng, 1..9."""
LARGE_PIXELS, LARGE_LEVEL = 8_000_000, 3
"""Pixels above which `balanced` saves time, so that it stays below a tenth of the request's."""
PIECE_BYTES = 16_384
"""Minimum bytes of each piece except the last. Each becomes a chunk of the PNG, with 12 more
bytes."""


class Compressor(Protocol):
    """Describe what zlib and its replacements have in common."""

    def compress(self, data: memoryview, /) -> bytes:
        """Return what is ready of the stream."""

    def flush(self) -> bytes:
        """Return the rest of the stream."""


def deflate_fast(pixels: Pixels) -> Iterator[bytes]:
    """Yield one zlib stream in pieces, from one filter and ISA-L, for pixels of any shape."""
    return compressed(filter_up(pixels), isal_zlib.compressobj(FAST_LEVEL))


def deflate_up(pixels: Pixels, level: int) -> Iterator[bytes]:
    """Yield one zlib stream in pieces, from one filter and a level of zlib-ng."""
    return compressed(filter_up(pixels), zlib_ng.compressobj(level))


def deflate_by_trial(pixels: Pixels, level: int) -> Iterator[bytes]:
    """Yield one zlib stream in pieces, from the best filters and a level of zlib-ng."""
    return compressed(filter_by_trial(pixels), zlib_ng.compressobj(level))


deflate_small: Deflate = partial(deflate_by_trial, level=SMALL_LEVEL)
"""Yield one zlib stream in pieces, as small as it gets in a few times the balanced one's time."""


def deflate_for(pixels: Pixels, compression: Compression) -> Deflate:
    """Return how a picture is compressed, which is also how parts of it can be."""
    if compression is Compression.FAST:
        return deflate_fast
    if compression is Compression.SMALL:
        return deflate_small
    if pixels.shape[0] * pixels.shape[1] > LARGE_PIXELS:
        return partial(deflate_up, level=LARGE_LEVEL)
    return partial(deflate_by_trial, level=BALANCED_LEVEL)


def compressed(stripes: Iterator[memoryview], compressor: Compressor) -> Iterator[bytes]:
    """Yield one stream of all stripes, in pieces."""
    ready = b""
    for stripe in stripes:
        ready += compressor.compress(stripe)
        if len(ready) >= PIECE_BYTES:
            yield ready
            ready = b""
    yield ready + compressor.flush()
