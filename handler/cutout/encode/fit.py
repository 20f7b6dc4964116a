"""A PNG that fits the answer, if there is one to be had in time."""

from collections.abc import Iterator
from time import monotonic

import numpy as np

from cutout.arrays import stripes
from cutout.encode.png import encode_png, fast_deflate, png_file, strong_deflate
from cutout.pictures import Composition, Pixels
from cutout.timing import Deadline

HOPELESS = 0.5  # of the fast size: what is smooth enough to shrink further is small anyway
SAMPLED = 8  # one row in so many, in runs, is tried first
SLACK = 1.02  # the rest compresses up to so much better than the sample


def encode_to_fit(composition: Composition, room: int | None, deadline: Deadline) -> bytes:
    """The fast encoding; where that is over `room` bytes, a stronger one that is not, unless it
    would take beyond `deadline` or a sample says that it can't be."""
    png = encode_png(composition)
    if room is None or len(png) <= room:
        return png
    wanted = room / len(png)
    if wanted < HOPELESS or not deadline.remaining():
        return png
    if not _worth_it(composition.pixels, wanted, deadline):
        return png
    data = _until(deadline, strong_deflate(composition.pixels))
    if data is None:
        return png
    smaller = png_file(composition, data)
    return smaller if len(smaller) <= room else png


def _until(deadline: Deadline, pieces: Iterator[bytes]) -> list[bytes] | None:
    """All of them; none where the rest takes longer than the sample had promised."""
    done = []
    for piece in pieces:
        if not deadline.remaining():
            return None
        done.append(piece)
    return done


def _worth_it(pixels: Pixels, wanted: float, deadline: Deadline) -> bool:
    """Whether the stronger encoding is likely to be at most `wanted` times the fast one's size, and
    done by `deadline`."""
    rows = np.concatenate([pixels[each][: _run(each)] for each in stripes(len(pixels))])
    fast = sum(map(len, fast_deflate(rows)))
    start = monotonic()
    strong = sum(map(len, strong_deflate(rows)))
    seconds = (monotonic() - start) * len(pixels) / len(rows)
    return strong <= wanted * SLACK * fast and seconds <= deadline.remaining()


def _run(rows: slice) -> int:
    length: int = rows.stop - rows.start
    return max(1, length // SAMPLED)
