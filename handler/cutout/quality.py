"""Say how sure the networks are of a picture, and whether they found anything."""

from dataclasses import replace

import numpy as np

from cutout.arrays import stripes
from cutout.pictures import Alpha, Look, Quality, Verdict

FAINT, SOLID = 26, 230
"""Alpha from which a pixel shows anything, and from which it is decided: a tenth and nine tenths of
255."""
SEEN = 128
"""Alpha that something must reach for a subject to be found."""


MAX_UNDECIDED = 0.12
"""Share of undecided pixels from which a picture is unsure. Hair, glass and wires have their share
of them as well: most photos have 0.01 to 0.09."""
SMALL = 256
"""Longer side in pixels under which edges are most of a cut-out: their share says nothing."""
MAX_DISAGREEMENT = 0.22
"""Distance between the networks, as a share of the subject's area, from which a picture is unsure.
Most photos have 0.005 to 0.1."""


def judge(alpha: Alpha, look: Look | None, own_alpha: Alpha | None = None) -> Quality:
    """Return the quality of an alpha of any size, which the networks' `look` led to.

    Hair that is drawn later does not count, because it depends on the answer's size.
    `look` is None if no network saw the picture. Pixels that the picture's `own_alpha`
    makes transparent do not count as undecided.
    """
    shown = undecided = brightest = 0
    for rows in stripes(len(alpha)):
        stripe = alpha[rows]
        brightest = max(brightest, int(stripe.max()))
        visible = stripe >= FAINT
        soft = visible & (stripe <= SOLID)
        if own_alpha is not None:
            soft &= own_alpha[rows] == 255
        shown += int(np.count_nonzero(visible))
        undecided += int(np.count_nonzero(soft))
    disagreement = None if look is None else look.doubt
    share = undecided / shown if shown else 0.0
    most = 255 if own_alpha is None else int(own_alpha.max())
    if not brightest or brightest < min(SEEN, most):
        return Quality(Verdict.NOTHING, share, disagreement)
    is_soft = share > MAX_UNDECIDED and max(alpha.shape) >= SMALL
    unsure = is_soft or (look is not None and _disagree(look))
    return Quality(Verdict.UNSURE if unsure else Verdict.FINE, share, disagreement)


def _disagree(look: Look) -> bool:
    area = float(look.alpha.mean()) / 255
    return look.doubt is not None and look.doubt > MAX_DISAGREEMENT * area


def judge_mask(alpha: Alpha, own_alpha: Alpha | None = None) -> Quality:
    """Return the quality of a given alpha, with the verdict `found nothing` only if it is blank."""
    quality = judge(alpha, None, own_alpha)
    if quality.verdict is Verdict.NOTHING and alpha.any():
        return replace(quality, verdict=Verdict.UNSURE)
    return quality
