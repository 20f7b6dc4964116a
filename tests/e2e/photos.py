"""Large pictures for the limits of the platform."""

from functools import lru_cache

import numpy as np
from PIL import Image

from tests.samples import PHOTOS, jpeg

# So that 4096 x 4096 pixels of noise still fit a request, as a JPEG.
QUALITY = 20


@lru_cache
def photo(width: int, height: int | None = None) -> bytes:
    """A photo with a camera's grain; without a height it is a square."""
    size = (width, height or width)
    image = Image.open(PHOTOS / "astronaut.jpg").resize(size, Image.Resampling.BICUBIC)
    grain = np.random.default_rng(width).normal(0, 4, (*size[::-1], 1))
    noisy = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    return jpeg(Image.fromarray(noisy), quality=85)


@lru_cache
def noise(width: int, height: int | None = None, quality: int = QUALITY) -> bytes:
    """The worst that a PNG may have to hold; without a height it is a square."""
    shape = (height or width, width, 3)
    pixels = np.random.default_rng(width).integers(0, 256, shape, np.uint8)
    return jpeg(Image.fromarray(pixels), quality=quality)


PICTURES = {"photo": photo, "noise": noise}
