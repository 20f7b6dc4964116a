"""Turn the coarse alpha into the picture's own, at full size."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.backdrop.settle import settle
from cutout.pictures import Alpha, Picture
from cutout.refine.strands import draw_strands
from cutout.timing import Deadline

ROWS = 32
"""Rows mixed at once: 4096 pixels of each, in two bytes, stay in the processor's cache."""
ONE = 256  # 255 of these, and a half, are as much as two bytes hold

Wide: TypeAlias = npt.NDArray[np.uint16]


def enlarge(coarse: Alpha, size: tuple[int, int]) -> Alpha:
    """Resize to `size` (width, height) bilinearly, which can't ring.

    If the picture is smaller than the network's square, Pillow widens the kernel by the factor that
    it shrinks by. If it is taller, rows are mixed here: Pillow, which works a byte at a time, takes
    four times as long.
    """
    width, height = size
    rows = min(height, len(coarse))
    wide = np.asarray(Image.fromarray(coarse).resize((width, rows), Image.Resampling.BILINEAR))
    return wide if rows == height else _taller(wide, height)


def _taller(alpha: Alpha, height: int) -> Alpha:
    """Return rows that are each the mean of the two nearest, weighted to 1/256 of the distance."""
    at = ((np.arange(height) + 0.5) * (len(alpha) / height) - 0.5).clip(0, len(alpha) - 1)
    above = at.astype(np.intp)
    below = np.minimum(above + 1, len(alpha) - 1)
    share = np.rint((at - above) * ONE).astype(np.uint16)[:, np.newaxis]
    taller: Alpha = np.empty((height, alpha.shape[1]), np.uint8)
    for top in range(0, height, ROWS):
        rows = slice(top, top + ROWS)
        mixed, other = (_wide(alpha, near[rows]) for near in (above, below))
        mixed *= np.uint16(ONE) - share[rows]
        other *= share[rows]
        mixed += other
        mixed += np.uint16(ONE // 2)
        mixed >>= np.uint16(8)
        taller[rows] = mixed
    return taller


def _wide(alpha: Alpha, rows: npt.NDArray[np.intp]) -> Wide:
    return alpha.take(rows, axis=0).astype(np.uint16)


FLOOR, CEILING = 16, 240  # of 255


def _table() -> Alpha:
    ramp = (np.arange(256) - FLOOR) * (255 / (CEILING - FLOOR))
    table: Alpha = np.clip(np.rint(ramp), 0, 255).astype(np.uint8)
    return table


TABLE = _table()


def stretch_levels(alpha: Alpha) -> Alpha:
    """Map [FLOOR, CEILING] linearly to [0, 255], so that a network that is 94 % sure leaves neither
    a veil over the background nor a glassy object.

    The network is less sure than it is right: on each of the model card's eleven sets this takes 1
    to 22 % off the mean absolute error. A wider stretch would take a little more, and the tips of
    hair with it.
    """
    stretched: Alpha = TABLE[alpha]
    return stretched


Sharpen: TypeAlias = Callable[[Picture, Alpha, Alpha, Deadline], Alpha]
"""Picture, coarse alpha, the same enlarged, and until when → alpha of the picture's size."""


def refine(
    coarse: Alpha,
    picture: Picture,
    sharpen: Sharpen | None,
    deadline: Deadline,
    *,
    by_backdrop: bool = True,
) -> Alpha:
    """Alpha of the picture's size: settled by a plain backdrop (unless an evaluation leaves that
    out), enlarged, then sharpened and its hair drawn until `deadline` at most."""
    levelled = stretch_levels(coarse)
    settlement = settle(levelled, picture.flat) if by_backdrop else None
    if settlement is not None:
        levelled = settlement.applied(levelled)
    alpha = enlarge(levelled, picture.size)
    if settlement is not None and alpha.shape == settlement.alpha.shape:
        alpha = settlement.applied(alpha)  # sharper than by way of the network's square
    if sharpen is not None:
        alpha = sharpen(picture, levelled, alpha, deadline)
    alpha = draw_strands(alpha, picture.flat, deadline)
    return alpha if picture.holes is None else product(alpha, picture.holes)


def product(first: Alpha, second: Alpha) -> Alpha:
    """a·b of two alphas, rounded to nearest; exact in integers (Blinn 1995, "Three wrongs make a
    right")."""
    wide = first.astype(np.uint16) * second + 128
    return ((wide + (wide >> 8)) >> 8).astype(np.uint8)
