"""Large pictures for the limits of the platform."""

from functools import lru_cache

import numpy as np
from PIL import Image

from tests.samples import PHOTOS, jpeg

# So that 4096 x 4096 pixels of noise still fit a request, as a JPEG.
QUALITY = 20


@lru_cache
def photo(side: int) -> bytes:
    """A photo with a camera's grain."""
    image = Image.open(PHOTOS / "astronaut.jpg").resize((side, side), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(side).normal(0, 4, (side, side, 1))
    noisy = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    return jpeg(Image.fromarray(noisy), quality=85)


@lru_cache
def noise(side: int, quality: int = QUALITY) -> bytes:
    """The worst that a PNG may have to hold."""
    pixels = np.random.default_rng(side).integers(0, 256, (side, side, 3), np.uint8)
    return jpeg(Image.fromarray(pixels), quality=quality)


PICTURES = {"photo": photo, "noise": noise}
