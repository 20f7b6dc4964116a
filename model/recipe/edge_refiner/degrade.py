"""Degrade a matte to a coarse alpha, as a network of 1024 pixels a side would draw it.

It is displaced, blurred, grown or shrunk, weakened in places, and enlarged again, at random, so
that the refiner doesn't learn one network's own mistakes.
"""

import numpy as np
from PIL import Image, ImageFilter

from model.recipe.edge_refiner.mattes import Matte


def degrade(rng: np.random.Generator, matte: Matte) -> Matte:
    """Return a coarse alpha for `matte`, of the same size."""
    side = len(matte)
    factor = float(rng.uniform(2.5, 5.0)) if rng.random() < 0.8 else float(rng.uniform(1.3, 2.5))
    small = max(8, round(side / factor))
    coarse = _displaced(rng, matte, float(rng.uniform(0, 0.7)) * factor)
    coarse = _resized(coarse, small, Image.Resampling.BOX)
    coarse = _blurred(coarse, float(rng.uniform(0.3, 1.6)))
    middle = float(np.clip(rng.normal(0.5, 0.12), 0.2, 0.8))
    coarse = (coarse - middle) * float(np.exp(rng.uniform(0, np.log(3)))) + middle
    if rng.random() < 0.3:
        coarse = _weakened(rng, np.clip(coarse, 0, 1))
    grey = (np.rint(np.clip(coarse, 0, 1) * 255) / np.float32(255)).astype(np.float32)
    return np.clip(_resized(grey, side, Image.Resampling.BILINEAR), 0, 1)


def _displaced(rng: np.random.Generator, matte: Matte, reach: float) -> Matte:
    """Move pixels by about `reach` at most, neighbours alike."""
    side, knots = len(matte), int(rng.integers(3, 12))
    field = rng.normal(0, reach, (2, knots, knots)).astype(np.float32)
    if rng.random() < 0.5:
        field *= np.float32(0.3)
    across, down = (_resized(each, side, Image.Resampling.BICUBIC) for each in field)
    grid = np.arange(side, dtype=np.float32)
    columns = np.clip(np.rint(grid + across), 0, side - 1).astype(np.intp)
    rows = np.clip(np.rint(grid[:, np.newaxis] + down), 0, side - 1).astype(np.intp)
    moved: Matte = matte[rows, columns]
    return moved


def _weakened(rng: np.random.Generator, coarse: Matte) -> Matte:
    """Weaken places, as where a network is unsure or loses a thin part."""
    side = len(coarse)
    noise = rng.normal(0, 1, (int(rng.integers(3, 10)),) * 2).astype(np.float32)
    where = np.clip(_resized(noise, side, Image.Resampling.BICUBIC) - 0.7, 0, 1)
    to = np.float32(rng.choice([0.0, 0.5, 1.0], p=[0.4, 0.4, 0.2]))
    unsure = (coarse > 0.02) & (coarse < 0.98)
    return np.where(unsure, coarse + where * (to - coarse), coarse).astype(np.float32)


def _resized(plane: Matte, side: int, kernel: Image.Resampling) -> Matte:
    return np.asarray(Image.fromarray(plane).resize((side, side), kernel))


def _blurred(plane: Matte, sigma: float) -> Matte:
    grey = Image.fromarray(np.rint(plane * 255).astype(np.uint8))
    return np.asarray(grey.filter(ImageFilter.GaussianBlur(sigma)), np.float32) / np.float32(255)
