"""Define the values that pass from step to step."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

DARK, BRIGHT, MIDDLE = 48, 255, 150


def flatten(colour: Image.Image, own_alpha: npt.NDArray[np.uint8]) -> Image.Image:
    """Return the picture in mode RGB, laid by its own alpha on white.

    If what is visible is itself bright, it is laid on dark grey, because a white object on white
    has no edge to find. (Transparent pixels may hold any colour.)
    """
    grey = np.asarray(colour.convert("L"))
    visible = float(own_alpha.sum(dtype=np.float64))
    brightness = float(np.vdot(grey.astype(np.float32), own_alpha)) / visible if visible else 0
    tone = DARK if brightness > MIDDLE else BRIGHT
    backdrop = Image.new("RGB", colour.size, (tone, tone, tone))
    return Image.composite(colour, backdrop, Image.fromarray(own_alpha))


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
    """Width and height of the upright picture before it was shrunk; None where it was not."""
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
    """Shape (height, width, 3): the picture's own colours, background included; None where nobody
    asked for them."""
    quality: Quality | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]
