"""Define the values that pass from step to step."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from cutout.arrays import stripes

BRIGHT, DARK, MIDDLE = TONES = 255, 48, 150
"""Greys to lay a transparent picture on."""
ALIKE, FEW = 32, 0.02
"""Largest difference (0..255) of a colour from a grey on which it is lost, and the share of the
colours that may be lost."""
SAMPLES = 512
"""Largest number of rows, and of columns, whose colours are compared."""


def flatten(colour: Image.Image, own_alpha: npt.NDArray[np.uint8]) -> Image.Image:
    """Return the picture in mode RGB, laid by its own alpha on a grey that sets it off."""
    tone = _tone(colour, own_alpha)
    backdrop = Image.new("RGB", colour.size, (tone, tone, tone))
    return Image.composite(colour, backdrop, Image.fromarray(own_alpha))


def _tone(colour: Image.Image, own_alpha: npt.NDArray[np.uint8]) -> int:
    """Return white, or dark grey if what is visible is itself bright, if little is lost on it.

    Otherwise return the grey on which least is lost, of the outline first: a white collar of a dark
    jacket has no edge to find on white, and white letters in a dark disc would look like holes.
    (Transparent pixels may hold any colour.)
    """
    factor = min(1.0, SAMPLES / max(colour.size))
    size = (max(1, int(colour.width * factor)), max(1, int(colour.height * factor)))
    some, alpha = (
        each.resize(size, Image.Resampling.NEAREST) for each in (colour, Image.fromarray(own_alpha))
    )
    seen = np.asarray(alpha) > 127
    outline = seen & (np.asarray(alpha.filter(ImageFilter.MinFilter(3))) <= 127)
    pixels = np.asarray(some, np.int16)

    def lost(tone: int) -> list[float]:
        alike = np.abs(pixels - tone).max(axis=2) <= ALIKE
        shares = (float(alike[part].mean()) if part.any() else 0.0 for part in (outline, seen))
        return [max(FEW, share) for share in shares]

    usual = DARK if _brightness(colour, own_alpha) > MIDDLE else BRIGHT
    return min((usual, *TONES), key=lost)


def _brightness(colour: Image.Image, own_alpha: npt.NDArray[np.uint8]) -> float:
    """Return the mean grey of what is visible, from exact sums."""
    grey, weighted = np.asarray(colour.convert("L")), 0
    for rows in stripes(len(grey)):
        products = np.multiply(grey[rows], own_alpha[rows], dtype=np.uint16)
        weighted += int(products.sum(dtype=np.uint64))
    visible = int(own_alpha.sum(dtype=np.uint64))
    return weighted / visible if visible else 0


Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width) for grey, or with a third axis of 3 for RGB or of 4 for RGBA with straight
alpha; 0..255."""

Alpha: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width): 0 is background, 255 is foreground."""


@dataclass(frozen=True)
class Look:
    """Hold what a network sees: an alpha of its own size, and `doubt`, 0..1, None if unknown."""

    alpha: Alpha
    doubt: float | None = None


@dataclass(frozen=True)
class Picture:
    """Hold a decoded picture: upright, 8 bits a channel.

    `colour` is in mode RGB, straight; `own_alpha` is the input's own alpha, if it had one;
    `icc_profile` is kept if it describes RGB.
    """

    colour: Image.Image
    own_alpha: Alpha | None = None
    icc_profile: bytes | None = None
    original_size: tuple[int, int] | None = None
    """Width and height of the upright picture before it was shrunk; None if that is
    its present size."""
    coarse_chroma: bool = False
    """Whether the file stores colours at a lower resolution than brightness, as most JPEGs do, so
    that they bleed across edges."""

    @cached_property
    def flattened(self) -> Image.Image:
        """Return the visible picture in mode RGB, without transparency."""
        return self.colour if self.own_alpha is None else flatten(self.colour, self.own_alpha)

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self.colour.size

    @property
    def full_size(self) -> tuple[int, int]:
        """Return width and height of the picture in its file, upright."""
        return self.original_size or self.size


class Box(NamedTuple):
    """Hold a box in pixels, measured from the upper left of the picture."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class FoundObject:
    """Hold a connected part of the foreground.

    `opacity`, 0..1, is the mean alpha of its visible pixels.
    """

    box: Box
    opacity: float


class Verdict(StrEnum):
    """Name how good a cut-out is likely to be."""

    NOTHING = "found nothing"
    UNSURE = "unsure"
    FINE = "fine"


@dataclass(frozen=True)
class Quality:
    """Hold figures that tell how good a cut-out is likely to be.

    `undecided` is the share, 0..1, of the visible pixels whose alpha is between 10 % and 90 %.
    `disagreement` is the mean distance, 0..1, between the networks' joint alpha and that of
    the one with the finest detail; None where the networks' folder doesn't tell it.
    """

    verdict: Verdict
    undecided: float
    disagreement: float | None = None


@dataclass(frozen=True)
class Matte:
    """Hold the alpha of a whole picture, of its size, and how sure it is."""

    alpha: Alpha
    quality: Quality


@dataclass(frozen=True)
class Composition:
    """Hold the pixels to encode.

    `objects`, largest first, are None if the options don't ask for them.
    """

    pixels: Pixels
    icc_profile: bytes | None = None
    objects: tuple[FoundObject, ...] | None = None
    full_size: tuple[int, int] | None = None
    """Width and height without the bound on the answer's size; None: as it is."""
    under: Pixels | None = None
    """Shape (height, width, 3): the picture's own colours, background included; None if they are
    not needed."""
    quality: Quality | None = None
    shadow: Box | None = None
    """Box of the shadow's visible part, in the pixels; None as `objects`, or without a shadow."""

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]
