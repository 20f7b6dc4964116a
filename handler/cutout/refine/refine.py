"""Coarse alpha to full size, its edges sharpened, its hair drawn, the input's own holes kept."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from cutout.backdrop.settle import settle
from cutout.pictures import Alpha, Picture
from cutout.refine.enlarge import enlarge
from cutout.refine.levels import stretch_levels
from cutout.refine.strands import draw_strands
from cutout.timing import Deadline

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
