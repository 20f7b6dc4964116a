"""Encode a composition as a file; a PNG so that it fits the answer, if one can be had in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

import numpy as np

from cutout.arrays import stripes
from cutout.choices import Compression, FileFormat
from cutout.encode.png import Deflate, deflate_for, deflate_small, encode_png, png_file
from cutout.options import QUALITY
from cutout.pictures import Composition, Pixels
from cutout.timing import Deadline


@dataclass(frozen=True)
class Encoding:
    """Hold a file's format and how it is written.

    `quality`, 1..100, is for lossy formats, `compression` for PNG.
    """

    format: FileFormat = FileFormat.PNG
    quality: int = QUALITY
    compression: Compression = Compression.BALANCED


def encode(
    composition: Composition, encoding: Encoding, byte_budget: int | None, deadline: Deadline
) -> bytes:
    """Return the file; a PNG has at most `byte_budget` bytes if that is possible by `deadline`.

    Other formats stay as they are: they could only shrink by getting worse.
    """
    if encoding.format is FileFormat.PNG:
        return encode_to_fit(composition, byte_budget, deadline, encoding.compression)
    # here, since few ask for another format, and a cold start is shorter without it
    from cutout.encode import formats  # noqa: PLC0415

    encoders = {
        FileFormat.WEBP: formats.encode_webp,
        FileFormat.JPG: formats.encode_jpg,
        FileFormat.ZIP: formats.encode_zip,
    }
    return encoders[encoding.format](composition, encoding.quality)


SAMPLED = 8
"""The sample has one row in this many, in runs."""


@dataclass(frozen=True)
class Effort:
    """Decide when the stronger compression is worth its time."""

    hopeless: float = 0.5
    """Share of the first size. Pictures smooth enough to shrink further are small anyway."""
    slack: float = 1.02
    """Factor by which the whole picture may compress better than the sample."""
    deflate: Deflate = deflate_small


EFFORT = Effort()


def encode_to_fit(
    composition: Composition,
    byte_budget: int | None,
    deadline: Deadline,
    compression: Compression = Compression.BALANCED,
    effort: Effort = EFFORT,
) -> bytes:
    """Return the PNG if it fits into `byte_budget` bytes, else try to compress it more.

    None is no limit. The first PNG, too large as it is, is also returned if the smaller one would
    not fit, or would not be ready by `deadline`. If not even the first one is ready by then, it is
    compressed fast instead.
    """
    png = _in_time(composition, compression, deadline)
    if byte_budget is None or len(png) <= byte_budget or compression is Compression.SMALL:
        return png
    wanted = byte_budget / len(png)
    if wanted < effort.hopeless or not deadline.remaining():
        return png
    first = deflate_for(composition.pixels, compression)
    if not _worth_it(composition.pixels, wanted, deadline, (first, effort)):
        return png
    data = _until(deadline, effort.deflate(composition.pixels))
    if data is None:
        return png
    smaller = png_file(composition, data)
    return smaller if len(smaller) <= byte_budget else png


def _in_time(composition: Composition, compression: Compression, deadline: Deadline) -> bytes:
    """Return the PNG, compressed fast if it would not be ready by `deadline` otherwise."""
    if compression is not Compression.FAST and deadline.remaining():
        deflate = deflate_for(composition.pixels, compression)
        data = _until(deadline, deflate(composition.pixels))
        if data is not None:
            return png_file(composition, data)
    return encode_png(composition, Compression.FAST)


def _until(deadline: Deadline, pieces: Iterator[bytes]) -> list[bytes] | None:
    """Return all pieces, or None if the deadline passes first."""
    done = []
    for piece in pieces:
        if not deadline.remaining():
            return None
        done.append(piece)
    return done


def _worth_it(
    pixels: Pixels, wanted: float, deadline: Deadline, ways: tuple[Deflate, Effort]
) -> bool:
    """Estimate from a sample whether the stronger encoding gets small enough in time.

    Small enough is at most `wanted` times the first encoding's size, in time is by `deadline`.
    """
    first, effort = ways
    rows = np.concatenate([pixels[each][: _run(each)] for each in stripes(len(pixels))])
    before = sum(map(len, first(rows)))
    start = monotonic()
    strong = sum(map(len, effort.deflate(rows)))
    seconds = (monotonic() - start) * len(pixels) / len(rows)
    return strong <= wanted * effort.slack * before and seconds <= deadline.remaining()


def _run(rows: slice) -> int:
    length: int = rows.stop - rows.start
    return max(1, length // SAMPLED)
