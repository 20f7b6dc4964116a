"""The values that pass from room to room."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import md5
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from handler.flatten import flatten

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width) for grey, or with a third axis of 3 for RGB or of 4 for RGBA with straight
alpha; 0..255."""

Alpha: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width): 0 is background, 255 is foreground."""


class Mode(StrEnum):
    """What the answer shows. Source: the original's README, "Overview"."""

    FG_IMAGE = "fg-image"
    FG_IMAGE_SHADOW = "fg-image-shadow"
    FG_MASK = "fg-mask"


class Representation(StrEnum):
    """How the answer holds the picture: in base64, or as a link that lives for a day. Source: the
    original's later versions."""

    BASE64 = "base64"
    URL = "url"


class FileFormat(StrEnum):
    """What the answer's file is; the value is its suffix, the name what the answer says."""

    PNG = "png"
    WEBP = "webp"


@dataclass(frozen=True)
class Source:
    """A file as it was received, before anyone looked inside."""

    content: bytes
    name: str

    @cached_property
    def md5(self) -> str:
        """Hex digest of the bytes received; an identity, not a protection."""
        return md5(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Picture:
    """A decoded picture as it is seen: upright, 8 bits a channel.

    `colour` is in mode RGB, straight; `holes` is the input's own alpha, where it had one;
    `icc_profile` is kept where it describes RGB.
    """

    colour: Image.Image
    holes: Alpha | None = None
    icc_profile: bytes | None = None

    @cached_property
    def flat(self) -> Image.Image:
        """What there is to see, without holes: mode RGB."""
        return self.colour if self.holes is None else flatten(self.colour, self.holes)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.colour.size


class Box(NamedTuple):
    """In pixels, from the upper left."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class FoundObject:
    """A part of the foreground that hangs together; `opacity`, 0..1, is the mean alpha of what is
    visible of it."""

    box: Box
    opacity: float


@dataclass(frozen=True)
class Composition:
    """What is to be encoded; `objects`, largest first, are None where nobody asked for them."""

    pixels: Pixels
    icc_profile: bytes | None = None
    objects: tuple[FoundObject, ...] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]
