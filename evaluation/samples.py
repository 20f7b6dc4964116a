"""Find pictures and their true masks in a folder of sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

Mask: TypeAlias = npt.NDArray[np.uint8]
"""Shape (height, width), 0 background, 255 foreground."""

SUFFIXES = {".jpg", ".jpeg", ".png"}


@dataclass(frozen=True)
class Sample:
    """Hold one picture of a set, a folder with pictures in ``im`` and masks in ``gt``.

    A picture and its mask have the same stem.
    """

    set: str
    picture: Path

    @property
    def name(self) -> str:
        """Return ``SET/STEM``, unique among all sets."""
        return f"{self.set}/{self.picture.stem}"

    def truth(self) -> Mask:
        """Read the true mask at its own size."""
        (path,) = (self.picture.parent.parent / "gt").glob(f"{self.picture.stem}.*")
        return read_mask(path)


def samples_in(folder: Path) -> Iterator[Sample]:
    """Yield the pictures of all sets, sorted by set and name."""
    for images in sorted(folder.glob("*/im")):
        for path in sorted(images.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                yield Sample(images.parent.name, path)


def read_mask(path: Path) -> Mask:
    """Read a picture of any mode as a mask."""
    with Image.open(path) as opened:
        return np.asarray(opened.convert("L"))
