"""Unmix the backdrop's colour from the rim of an object, at the picture's own size.

The backdrop's and the object's colours change slowly and are taken from the working size; each
pixel of the picture is a mixture of the two. Only blocks that a rim passes are processed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from cutout.backdrop.border import PlainBackdrop, Planes
from cutout.backdrop.masks import Mask, Plane, box_sum, grow
from cutout.pictures import Alpha

BLOCK = 24
"""Pixels of a block's side at the working size."""
NEAR_BY = 3
"""Pixels within which the object's own colour is averaged, at the working size."""
LEAST = 24.0
"""Minimum difference (0..255) of the object's colour from the backdrop's; with less, alpha
stays."""
WHOLE = 0.95
"""Share above which a pixel is opaque, because the object's colour varies."""

BILINEAR = Image.Resampling.BILINEAR
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels of the working size."""
Span = tuple[int, int]
"""First and last (exclusive) of a block's rows or columns."""


@dataclass(frozen=True)
class Rim:
    """Hold the rims that a backdrop decides, at the working size.

    `front` is how much the object's colour exceeds the backdrop's, `back`, in units of 0..255;
    `floor` is the backdrop's own noise. `left` and `top` are the position of the first pixel in the
    whole picture, also at the working size.
    """

    where: Mask
    front: Planes
    back: Planes
    floor: float
    left: int = 0
    top: int = 0

    def drawn(self, alpha: Alpha, image: Image.Image, across: float, down: float) -> Alpha:
        """Return `alpha`, of the size of `image`, with the rims drawn.

        A pixel of the working size is `across` pixels wide and `down` pixels high.
        """
        drawn = alpha.copy()
        where = Image.fromarray(self.where)
        colours = [
            (Image.fromarray(front), Image.fromarray(back))
            for front, back in zip(self.front, self.back, strict=True)
        ]
        for rows, columns in self._blocks():
            x = [round((self.left + column) * across) for column in columns]
            y = [round((self.top + row) * down) for row in rows]
            x[1], y[1] = min(x[1], image.width), min(y[1], image.height)
            size = x[1] - x[0], y[1] - y[0]
            if min(size) < 1:
                continue
            part = image.crop((x[0], y[0], x[1], y[1]))
            box = self._box(x[0] / across, y[0] / down, x[1] / across, y[1] / down)
            chosen = np.asarray(where.resize(size, Image.Resampling.NEAREST, box))
            share, known = _unmixed(part, colours, box, self.floor)
            np.copyto(drawn[y[0] : y[1], x[0] : x[1]], share, where=known & chosen)
        return drawn

    def moved(self, right: int, below: int) -> "Rim":
        """Return the rim for a picture of which this one's is a part."""
        return replace(self, left=self.left + right, top=self.top + below)

    def _box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return an area of the whole picture as one of the planes."""
        height, width = self.where.shape
        return (
            max(0.0, left - self.left),
            max(0.0, top - self.top),
            min(float(width), right - self.left),
            min(float(height), bottom - self.top),
        )

    def _blocks(self) -> Iterator[tuple[Span, Span]]:
        height, width = self.where.shape
        for top in range(0, height, BLOCK):
            for left in range(0, width, BLOCK):
                rows, columns = (top, min(height, top + BLOCK)), (left, min(width, left + BLOCK))
                if self.where[slice(*rows), slice(*columns)].any():
                    yield rows, columns


def _unmixed(
    part: Image.Image, colours: list[tuple[Image.Image, Image.Image]], box: Box, floor: float
) -> tuple[Alpha, Mask]:
    """Return a block's alpha, and where the colours determine it.

    `box` is the block in the planes.
    """
    dot = np.zeros((part.height, part.width), np.float32)
    square = np.zeros_like(dot)
    for band, (front, back) in zip(part.split(), colours, strict=True):
        own, behind = (
            np.asarray(each.resize(part.size, BILINEAR, box), np.float32) for each in (front, back)
        )
        dot += (np.asarray(band, np.float32) - behind) * own
        square += own * own
    apart = np.sqrt(np.maximum(square, 1))
    low = np.float32(floor) / apart
    share = np.clip((dot / np.maximum(square, 1) - low) / (np.float32(WHOLE) - low), 0, 1)
    return np.rint(share * np.float32(255)).astype(np.uint8), apart >= LEAST


def rim_of(backdrop: PlainBackdrop, objects: Mask, changed: Mask) -> Rim | None:
    """Return the edge of the objects where it is `changed`.

    Return None if there is none, or if the backdrop's colour is known at the working size only.
    """
    edge = grow(objects, 1) & grow(~objects, 1)
    where = grow(edge, 1) & changed
    if not backdrop.surface or not where.any():
        return None
    rows, columns = _span(where, 1), _span(where, 0)
    place = rows, columns
    distance = backdrop.distance[place]
    weight: Plane = distance * distance * objects[place]
    total: Plane = np.maximum(box_sum(weight, NEAR_BY), np.float32(1e-3))
    difference = [plane[place] for plane in backdrop.difference]
    front: Planes = [box_sum(plane * weight, NEAR_BY) / total for plane in difference]
    back = [plane[place] for plane in backdrop.surface]
    return Rim(where[place], front, back, backdrop.near / 2, columns.start, rows.start)


def _span(where: Mask, axis: int) -> slice:
    """Return the rows (axis 1) or columns (axis 0) that hold all of `where`, and a few around."""
    places = np.flatnonzero(where.any(axis=axis))
    return slice(max(0, int(places[0]) - NEAR_BY - 1), int(places[-1]) + NEAR_BY + 2)
