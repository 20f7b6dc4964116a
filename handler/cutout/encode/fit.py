"""Encode a PNG that fits the answer, if one can be had in time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

import numpy as np

from cutout.arrays import stripes
from cutout.encode.png import encode_png, fast_deflate, png_file, strong_deflate
from cutout.pictures import Composition, Pixels
from cutout.timing import Deadline

SAMPLED = 8
"""One row in so many, in runs, makes the sample."""

Deflate = Callable[[Pixels], Iterator[bytes]]
"""Compress rows to the zlib stream of a PNG, piece by piece."""


@dataclass(frozen=True)
class Effort:
    """Decide when the stronger compression is worth its time."""

    hopeless: float = 0.5
    """Share of the fast size. Pictures smooth enough to shrink further are small anyway."""
    slack: float = 1.02
    """Factor by which the whole picture may compress better than the sample."""
    deflate: Deflate = strong_deflate


EFFORT = Effort()


def encode_to_fit(
    composition: Composition, byte_budget: int | None, deadline: Deadline, effort: Effort = EFFORT
) -> bytes:
    """Return the fast PNG if it fits into `byte_budget` bytes, else try a stronger one.

    None is no limit. The fast PNG, too large as it is, is also returned if the stronger one would
    not fit, or would not be ready by `deadline`.
    """
    png = encode_png(composition)
    if byte_budget is None or len(png) <= byte_budget:
        return png
    wanted = byte_budget / len(png)
    if wanted < effort.hopeless or not deadline.remaining():
        return png
    if not _worth_it(composition.pixels, wanted, deadline, effort):
        return png
    data = _until(deadline, effort.deflate(composition.pixels))
    if data is None:
        return png
    smaller = png_file(composition, data)
    return smaller if len(smaller) <= byte_budget else png


def _until(deadline: Deadline, pieces: Iterator[bytes]) -> list[bytes] | None:
    """Return all pieces, or None if the deadline passes first."""
    done = []
    for piece in pieces:
        if not deadline.remaining():
            return None
        done.append(piece)
    return done


def _worth_it(pixels: Pixels, wanted: float, deadline: Deadline, effort: Effort) -> bool:
    """Estimate from a sample whether the stronger encoding gets small enough in time.

    Small enough is at most `wanted` times the fast encoding's size, in time is by `deadline`.
    """
    rows = np.concatenate([pixels[each][: _run(each)] for each in stripes(len(pixels))])
    fast = sum(map(len, fast_deflate(rows)))
    start = monotonic()
    strong = sum(map(len, effort.deflate(rows)))
    seconds = (monotonic() - start) * len(pixels) / len(rows)
    return strong <= wanted * effort.slack * fast and seconds <= deadline.remaining()


def _run(rows: slice) -> int:
    length: int = rows.stop - rows.start
    return max(1, length // SAMPLED)
