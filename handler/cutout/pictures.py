"""Define the values that pass from step to step."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

BRIGHT, DARK, MIDDLE = TONES = 255, 48, 150
"""Greys to lay a transparent picture on."""
ALIKE, FEW = 32, 0.02
"""Largest difference (0..255) from a grey with which an outline is lost on it, and the share of the
outline that may be lost."""
SAMPLES = 512
"""Largest number of rows, and of columns, that are read for the outline."""


def flatten(colour: Image.Image, own_alpha: npt.NDArray[np.uint8]) -> Image.Image:
    """Return the picture in mode RGB, laid by its own alpha on a grey that sets it off."""
    tone = _tone(np.asarray(colour.convert("L")), own_alpha)
    backdrop = Image.new("RGB", colour.size, (tone, tone, tone))
    return Image.composite(colour, backdrop, Image.fromarray(own_alpha))


def _tone(grey: npt.NDArray[np.uint8], own_alpha: npt.NDArray[np.uint8]) -> int:
    """Return white, or dark grey if what is visible is itself bright, if its outline shows on that.

    Otherwise return the grey on which most of the outline shows: a white collar of a dark jacket
    has no edge to find on white. (Transparent pixels may hold any colour.)
    """
    visible = float(own_alpha.sum(dtype=np.float64))
    brightness = float(np.vdot(grey.astype(np.float32), own_alpha)) / visible if visible else 0
    usual = DARK if brightness > MIDDLE else BRIGHT
    outline = _outline(grey, own_alpha)
    lost = {tone: np.count_nonzero(np.abs(outline - tone) <= ALIKE) for tone in TONES}
    return usual if lost[usual] <= FEW * outline.size else min(TONES, key=lambda tone: lost[tone])


def _outline(
    grey: npt.NDArray[np.uint8], own_alpha: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int16]:
    """Return the greys of visible samples beside transparent ones."""
    step = -(-max(grey.shape) // SAMPLES)
    alpha = np.ascontiguousarray(own_alpha[::step, ::step])
    least = np.asarray(Image.fromarray(alpha).filter(ImageFilter.MinFilter(3)))
    return grey[::step, ::step][(alpha > 127) & (least <= 127)].astype(np.int16)


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
    """Hold the signs by which a cut-out can be judged unseen.

    `undecided` is the share, 0..1, of the pixels that show anything whose alpha is between 10 % and
    90 %. `disagreement` is the mean distance, 0..1, between the networks' joint alpha and that of
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
