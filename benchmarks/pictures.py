"""Make a photo of any size for the benchmark."""

from pathlib import Path

import numpy as np
from PIL import Image

ASTRONAUT = Path(__file__).parent.parent / "tests" / "photos" / "astronaut.jpg"
GRAIN = 4.0  # standard deviation, of 255: like a camera's, so that the PNG isn't flattered


def save_photo(side: int, folder: Path) -> Path:
    """Write a square JPEG of `side` pixels: the astronaut (NASA, public domain) with grain."""
    image = Image.open(ASTRONAUT).resize((side, side), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(side).normal(0, GRAIN, (side, side, 3))
    noisy = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    path = folder / f"{side}.jpg"
    Image.fromarray(noisy).save(path, quality=92)
    return path
