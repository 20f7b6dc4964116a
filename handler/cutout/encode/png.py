"""Write PNG files of large pictures (W3C PNG, third edition).

General writers try five filters on every row. One fixed filter for all rows and a deflate made of
vector instructions (ISA-L) are faster: on the benchmark's cut-out of 4096² Pillow takes 24 times as
long for a file 7 % smaller, or at its lowest level 7 times as long for one 9 % larger.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from cutout.arrays import stripes
from cutout.pictures import Composition, Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels → greyscale, truecolour, truecolour with alpha
FILTER_UP = 2
DEFLATE_LEVEL = 2  # of ISA-L's 0..3; 3 takes five times as long for the same size


def encode_png(composition: Composition) -> bytes:
    """Encode uint8 pixels of shape (height, width), or with 3 or 4 channels, as a PNG file."""
    return png_file(composition, fast_deflate(composition.pixels))


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


def fast_deflate(pixels: Pixels) -> Iterator[bytes]:
    """Yield the data of one zlib stream, in pieces."""
    deflate = isal_zlib.compressobj(DEFLATE_LEVEL)
    for stripe in _filtered_stripes(pixels):
        data = deflate.compress(stripe)
        if data:
            yield data
    yield deflate.flush()


def _filtered_stripes(pixels: Pixels) -> Iterator[memoryview]:
    """Yield rows with the filter Up (each byte less the one above), a stripe at a time."""
    lines = np.ascontiguousarray(pixels).reshape(len(pixels), -1)
    above = np.zeros_like(lines[0])
    for rows in stripes(len(lines)):
        stripe = lines[rows]
        filtered = np.empty((len(stripe), lines.shape[1] + 1), np.uint8)
        filtered[:, 0] = FILTER_UP
        np.subtract(stripe[0], above, out=filtered[0, 1:])
        np.subtract(stripe[1:], stripe[:-1], out=filtered[1:, 1:])
        above = stripe[-1]
        yield filtered.data


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = isal_zlib.crc32(data, isal_zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)))


SUB, UP, AVERAGE, PAETH = 1, 2, 3, 4  # W3C PNG, third edition, section 9.2
ZLIB_LEVEL = 6  # 9 takes three times as long for 1 % less


def strong_deflate(pixels: Pixels) -> Iterator[bytes]:
    """Yield one zlib stream in pieces, for pixels of shape (height, width[, 3 or 4])."""
    deflate = zlib.compressobj(ZLIB_LEVEL)
    lines = np.ascontiguousarray(pixels).reshape(len(pixels), -1)
    pixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    above = np.zeros_like(lines[:1])
    for rows in stripes(len(lines)):
        stripe = lines[rows]
        yield deflate.compress(_filtered(stripe, np.concatenate([above, stripe[:-1]]), pixel).data)
        above = stripe[-1:]
    yield deflate.flush()


def _filtered(stripe: Pixels, up: Pixels, pixel: int) -> Pixels:
    """Filter each row so that its bytes, read as signed, have the smallest sum of absolute values.

    Source: section 12.7, "minimum sum of absolute differences".
    """
    left, corner = _shifted(stripe, pixel), _shifted(up, pixel)
    average = ((left.astype(np.uint16) + up) >> 1).astype(np.uint8)
    predictions = {SUB: left, UP: up, AVERAGE: average, PAETH: _paeth(left, up, corner)}
    filtered = np.empty((len(stripe), stripe.shape[1] + 1), np.uint8)
    smallest = np.full(len(stripe), np.iinfo(np.int64).max)
    for kind, prediction in predictions.items():
        residual = stripe - prediction
        cost = np.minimum(residual, -residual).sum(axis=1, dtype=np.int64)
        better = cost < smallest
        smallest[better] = cost[better]
        filtered[better, 0] = kind
        filtered[better, 1:] = residual[better]
    return filtered


def _shifted(lines: Pixels, pixel: int) -> Pixels:
    """Return each pixel's neighbour to the left, zero at the border."""
    shifted = np.zeros_like(lines)
    shifted[:, pixel:] = lines[:, :-pixel]
    return shifted


def _paeth(left: Pixels, up: Pixels, corner: Pixels) -> Pixels:
    """Return the neighbour that is nearest to left + up - corner (section 9.4)."""
    a, b, c = (each.astype(np.int16) for each in (left, up, corner))
    to_left, to_up, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest: npt.NDArray[np.uint8] = np.where(
        (to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner)
    )
    return nearest
