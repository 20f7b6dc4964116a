"""Pictures as the network sees them."""

from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

SIDE = 1024
SUFFIXES = {".jpg", ".jpeg", ".png"}

NetworkInput: TypeAlias = npt.NDArray[np.float32]
"""Shape (1, 3, 1024, 1024), RGB, -0.5..0.5 in steps of 1/256."""


def pictures_in(folder: Path) -> list[Path]:
    """Sorted by name, so that every machine sees the same order."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def network_input(path: Path) -> NetworkInput:
    """Upright and squashed to the square, as in the authors' inference."""
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    small = upright.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    channels = np.asarray(small, dtype=np.float32).transpose(2, 0, 1)
    centred = (channels - np.float32(128)) / np.float32(256)
    return np.ascontiguousarray(centred)[np.newaxis]
