"""Find a watermark on a plain backdrop: faint strokes of one shade that the networks refuse."""

import numpy as np

from cutout.arrays import Labels, label_components
from cutout.backdrop.border import PlainBackdrop
from cutout.backdrop.masks import (
    Figures,
    Mask,
    Plane,
    areas_of,
    grow,
    means,
    shrink,
    touching,
)

REFUSED = 0.2
"""Mean alpha of the networks up to which they refuse a stroke."""
STROKE = 0.012
"""Maximum half width of a stroke, as a fraction of the picture's shorter side."""
FAINT = 120.0
"""Distance from the backdrop, of 255, up to which a stroke is faint."""
FEWEST, MOST, ALIKE = 5, 0.7, 0.12
"""Minimum number of strokes, and minimum share of them, whose distance from the backdrop is within
12 % of the median."""
PEAK = 0.85
"""Quantile of its pixels' distances that is a stroke's distance from the backdrop."""
SUBJECT = 0.5
"""Minimum mean alpha of a part that the networks see. Without one, the strokes are the object."""
AWAY = 3
"""Pixels around an object within which a faint pixel may be its rim."""
LEAST = 16
"""Minimum pixels of a stroke."""


def find_watermark(objects: Mask, backdrop: PlainBackdrop, alpha: Plane) -> Mask:
    """Return which of the objects' pixels are a watermark. `alpha` (0..1) is the networks'."""
    faint = objects & (backdrop.distance <= FAINT) & (alpha < SUBJECT)
    away = ~grow(objects & ~faint, AWAY)
    labels, apart = _strokes(faint & away, backdrop, alpha)
    strokes = apart > 0
    if np.count_nonzero(strokes) < FEWEST or not _has_subject(objects, alpha):
        return np.zeros_like(objects)
    usual = float(np.median(apart[strokes]))
    alike = strokes & (np.abs(apart - usual) <= ALIKE * usual)
    if np.count_nonzero(alike) < max(FEWEST, MOST * np.count_nonzero(strokes)):
        return np.zeros_like(objects)
    marks: Mask = alike[labels]
    return marks


def _has_subject(objects: Mask, alpha: Plane) -> bool:
    labels, count = label_components(objects)
    return bool((means(labels, alpha, count + 1)[1:] >= SUBJECT).any())


def _strokes(faint: Mask, backdrop: PlainBackdrop, alpha: Plane) -> tuple[Labels, Figures]:
    """Return labels, and each one's distance from the backdrop; 0 for a label that is no stroke."""
    labels, count = label_components(faint)
    areas = areas_of(labels, count)
    thick = shrink(faint, max(2, round(STROKE * min(faint.shape))))
    good = (areas >= LEAST) & (means(labels, alpha, count + 1) <= REFUSED)
    good &= ~touching(labels, count, thick)
    good[0] = False
    apart = np.zeros(count + 1)
    order, ends = np.argsort(labels, axis=None, kind="stable"), np.cumsum(areas)
    distances = backdrop.distance.ravel()[order]
    for area in np.unique(areas[good]):  # strokes of one size at once
        same = np.flatnonzero(good & (areas == area))
        pixels = distances[ends[same - 1][:, np.newaxis] + np.arange(area)]
        apart[same] = np.quantile(pixels, PEAK, axis=1)
    return labels, apart
