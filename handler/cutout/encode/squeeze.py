"""Make a file fit an answer of limited size.

The quality is lowered first, then, if the request allows it, the number of pixels.
"""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from PIL import Image

from cutout.choices import FileFormat
from cutout.encode.encode import Encoding, encode
from cutout.pictures import Box, Composition, Pixels
from cutout.timing import Deadline

QUALITIES = (80, 70, 55)
"""JPEG and WebP qualities to try in turn if a file is too large."""
SAFETY = 0.95
"""Factor on the sides, because a smaller picture has more bytes a pixel."""
ROUNDS = 8
"""Maximum number of sizes tried."""


@dataclass(frozen=True)
class Squeezed:
    """Hold a file and the composition that it shows."""

    file: bytes
    composition: Composition


def squeeze(
    composition: Composition,
    encoding: Encoding,
    byte_budget: int | None,
    deadline: Deadline,
    *,
    may_shrink: bool,
) -> Squeezed:
    """Return a file of at most `byte_budget` bytes, or the smallest one tried if none fits."""
    file = encode(composition, encoding, byte_budget, deadline)
    if byte_budget is None or len(file) <= byte_budget:
        return Squeezed(file, composition)
    if encoding.format is not FileFormat.PNG:
        for lower in (each for each in QUALITIES if each < encoding.quality):
            encoding = replace(encoding, quality=lower)
            file = encode(composition, encoding, byte_budget, deadline)
            if len(file) <= byte_budget:
                return Squeezed(file, composition)
    smaller = composition
    for _ in range(ROUNDS if may_shrink else 0):
        if len(file) <= byte_budget:
            break
        smaller = resized(composition, smaller, sqrt(byte_budget / len(file)) * SAFETY)
        file = encode(smaller, encoding, byte_budget, deadline)
    return Squeezed(file, smaller)


def resized(original: Composition, current: Composition, factor: float) -> Composition:
    """Return `original` at `factor` times the size of `current`, objects included."""
    width, height = (max(1, round(side * factor)) for side in current.size)
    return to_size(original, (width, height))


def to_size(composition: Composition, size: tuple[int, int]) -> Composition:
    """Resize the composition to `size`; colours are zero where alpha is."""
    across, down = (new / old for new, old in zip(size, composition.size, strict=True))
    objects = composition.objects
    if objects is not None:
        objects = tuple(replace(each, box=_scaled(each.box, across, down)) for each in objects)
    shadow = composition.shadow and _scaled(composition.shadow, across, down)
    under = None if composition.under is None else _resampled(composition.under, size)
    pixels = _resampled(composition.pixels, size)
    return replace(composition, pixels=pixels, objects=objects, under=under, shadow=shadow)


def _scaled(box: Box, across: float, down: float) -> Box:
    left, top = int(box.left * across), int(box.top * down)
    right = round((box.left + box.width) * across)
    bottom = round((box.top + box.height) * down)
    return Box(left, top, max(1, right - left), max(1, bottom - top))


def _resampled(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.HAMMING))
