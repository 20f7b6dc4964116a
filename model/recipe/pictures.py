"""Load pictures as the networks take them."""

from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from cutout.segment.network import FILTER

SIDE = 1024
SUFFIXES = {".jpg", ".jpeg", ".png"}

ExpertInput: TypeAlias = npt.NDArray[np.float32]
"""Shape (1, 3, side, side), RGB, -0.5..0.5 in steps of 1/256."""
Square: TypeAlias = npt.NDArray[np.uint8]
"""Shape (1, side, side, 3), RGB: what the fused graph takes."""


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures sorted by name, so that the order is the same everywhere."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def square(path: Path, side: int) -> Square:
    """Return the picture upright and squashed to the square, as in the service."""
    return _squashed(path, side, FILTER)[np.newaxis]


def expert_input(path: Path, side: int) -> ExpertInput:
    """Return an expert's input, shrunk as the fused graph shrinks it."""
    small = _squashed(path, side, Image.Resampling.BILINEAR)[np.newaxis]
    channels = small.astype(np.float32).transpose(0, 3, 1, 2)
    return np.ascontiguousarray((channels - np.float32(128)) / np.float32(256))


def _squashed(path: Path, side: int, how: Image.Resampling) -> npt.NDArray[np.uint8]:
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    return np.asarray(upright.resize((side, side), how))
