"""Find the reflection of an object in a glossy table: a fainter copy, upside down.

Below the line on which an object stands, each row is compared with the row as far above it. In a
reflection their differences from the backdrop have one ratio, which is well under 1 and falls.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import label_components
from cutout.backdrop.border import PlainBackdrop
from cutout.backdrop.masks import Mask, Plane, areas_of, largest_within

SMALL = 4
"""Factor by which the picture is reduced for the first search of the line."""
LEAST_AREA = 0.004
"""Minimum share of the picture that a part must have to be examined."""
LEAST_HEIGHT, SHORTEST = 12, 0.15
"""Minimum rows of a part, and minimum share of them in its reflection; the maximum is a half."""
STRONGEST, FADED, FAINT = 0.75, 0.7, 0.35
"""Maximum ratio at the line; maximum of the far third's ratio, relative to that at the line; and
maximum of both if the reflection is faint and need not fade. A lighter foot of an object neither
fades nor is so faint."""
EXPLAINED, OUTLINED = 0.93, 0.75
"""Minimum share of the squared differences that the ratios explain, and overlap of the outlines."""
SEEN, CERTAIN, LONG = 0.8, 0.965, 0.2
"""A reflection's mean alpha is at most 0.8 of the object's, unless the ratios explain 0.965 of the
squared differences in 0.2 of the rows."""
STEADY = 3
"""Rows over which the ratio at the line is measured."""
ABOVE, FOOT = 3, 8
"""Rows above the line that may be reflection too, and rows that determine the object's colour."""
BEYOND, BLUR = 0.25, 3
"""A pixel is the object's if it exceeds the reflection by `BEYOND` of the object's difference
within `BLUR` pixels."""

Ratios = npt.NDArray[np.float32]
"""Shape (rows,), from the line downwards."""


@dataclass(frozen=True)
class _Fit:
    """Hold a line at the upper end of row `line`, and the ratios below it."""

    line: int
    ratios: Ratios
    explained: float


def find_reflections(objects: Mask, backdrop: PlainBackdrop, alpha: Plane) -> Mask:
    """Return the reflections among the objects. `alpha` (0..1) is the networks'."""
    found = np.zeros_like(objects)
    other = backdrop.distance > backdrop.near
    labels, count = label_components(objects)
    areas = areas_of(labels, count)
    for label in np.flatnonzero(areas >= LEAST_AREA * objects.size):
        if not label:
            continue
        rows, columns = _box(labels == label)
        rows = slice(rows.start, _last_row(other[:, columns], rows.stop))
        place = rows, columns
        channels = [plane[place] for plane in backdrop.difference]
        fit = _find_line(channels, backdrop.near)
        if fit is None:
            continue
        certain = fit.explained >= CERTAIN and len(fit.ratios) >= LONG * len(channels[0])
        if not certain and not _is_refused(alpha[place], other[place], fit.line):
            continue
        below = slice(rows.start + fit.line - ABOVE, rows.stop), columns
        found[below] |= _reflected(backdrop.distance[place], fit, backdrop.near) & objects[below]
    return found


def _box(mask: Mask) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _last_row(other: Mask, stop: int) -> int:
    """Return the row where the non-backdrop pixels below row `stop` end: reflections fade out."""
    ends = np.flatnonzero(~other[stop:].any(axis=1))
    return stop + int(ends[0]) if len(ends) else len(other)


def _find_line(channels: list[Plane], near: float) -> _Fit | None:
    """Return the line of a part's reflection; None where it has none."""
    height, width = channels[0].shape
    if min(height, width) < LEAST_HEIGHT * SMALL:
        return None
    small = np.hstack([np.asarray(Image.fromarray(each).reduce(SMALL)) for each in channels])
    rows = len(small)
    lines = range(rows - rows // 2, rows - max(2, round(SHORTEST * rows)))
    rough = _best(small, lines, near)
    if rough is None:
        return None
    middle = rough.line * SMALL
    first, last = max(height - height // 2, middle - SMALL), min(height - STEADY, middle + SMALL)
    return _best(np.hstack([each[:, ::SMALL] for each in channels]), range(first, last + 1), near)


def _best(values: Plane, lines: range, near: float) -> _Fit | None:
    fits = [fit for line in lines if (fit := _fit(values, line, near)) is not None]
    return max(fits, key=lambda fit: fit.explained, default=None)


def _fit(values: Plane, line: int, near: float) -> _Fit | None:
    """Return the ratios below a line if the rows there reflect the rows above, else None."""
    lower = values[line:]
    upper = values[line - len(lower) : line][::-1]
    own, shared = (upper * upper).sum(axis=1), (upper * lower).sum(axis=1)
    ratios = (shared / np.maximum(own, near * near)).astype(np.float32)
    first = float(shared[:STEADY].sum() / max(own[:STEADY].sum(), 1))
    far = slice(len(lower) - max(1, len(lower) // 3), None)
    last = float(shared[far].sum() / max(own[far].sum(), 1))
    most = float(ratios.max())
    fades = 0 < first <= STRONGEST and last <= FADED * first and most <= 1
    faint = 0 < first <= FAINT and last <= FAINT and most <= STRONGEST
    if not (fades or faint):
        return None
    mirrored = ratios[:, np.newaxis] * upper
    total = float((lower * lower).sum())
    explained = 1 - float(((lower - mirrored) ** 2).sum()) / max(total, 1)
    if explained < EXPLAINED or _overlap(np.abs(lower) > near, np.abs(mirrored) > near) < OUTLINED:
        return None
    return _Fit(line, ratios, explained)


def _overlap(first: Mask, second: Mask) -> float:
    either = np.count_nonzero(first | second)
    return np.count_nonzero(first & second) / either if either else 0.0


def _is_refused(alpha: Plane, other: Mask, line: int) -> bool:
    """Return whether the networks see less below the line than above it."""
    above, below = other[:line], other[line:]
    if not (above.any() and below.any()):
        return False
    return float(alpha[line:][below].mean()) <= SEEN * float(alpha[:line][above].mean())


def _reflected(distance: Plane, fit: _Fit, near: float) -> Mask:
    """Return the pixels below the line that differ from the backdrop no more than a reflection.

    A few rows above the line are included.
    """
    line, count = fit.line, len(distance) - fit.line
    upper = largest_within(distance[line - count : line][::-1], BLUR)
    most = (fit.ratios[:, np.newaxis] + BEYOND) * upper
    foot = distance[max(0, line - FOOT) : line].max(axis=0)
    most = np.concatenate([np.tile((fit.ratios[0] + BEYOND) * foot, (ABOVE, 1)), most])
    reflected: Mask = distance[line - ABOVE :] <= most + 2 * near
    return reflected
