"""Compose drawn mattes over photos into pictures, as a camera would have taken them."""

from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from model.recipe.edge_refiner.degrade import degrade
from model.recipe.edge_refiner.mattes import Matte, draw_matte

Colours = npt.NDArray[np.float32]
"""Shape (side, side, 3), 0..255."""


class Scene(NamedTuple):
    """Hold one training example, uint8."""

    picture: npt.NDArray[np.uint8]
    coarse: npt.NDArray[np.uint8]
    truth: npt.NDArray[np.uint8]


class Photos(NamedTuple):
    """Hold the photos and masks that textures and outlines are taken from."""

    colours: list[Image.Image]
    masks: list[Image.Image]


def load_photos(folder: Path) -> Photos:
    """Load every set in `folder`: pictures in ``im``, masks of the same names in ``gt``."""
    images = sorted(folder.glob("*/im/*"))
    truths = [next((path.parent.parent / "gt").glob(f"{path.stem}.*")) for path in images]
    return Photos(
        [Image.open(path).convert("RGB") for path in images],
        [Image.open(path).convert("L") for path in truths],
    )


def make_scene(rng: np.random.Generator, side: int, photos: Photos) -> Scene:
    """Return a picture, its coarse alpha and its matte."""
    sigma = _lens(rng)
    matte = _blurred(draw_matte(rng, side, photos.masks), sigma)
    front, back = (_texture(rng, side, photos, sigma) for _ in range(2))
    if rng.random() < 0.2:
        back = _alike(rng, front, back)
    if rng.random() < 0.35:
        back *= 1 - _shade(rng, matte)[..., np.newaxis]
    mixed = front * matte[..., np.newaxis] + back * (1 - matte[..., np.newaxis])
    coarse = degrade(rng, matte)
    return Scene(_taken(rng, mixed), _bytes(coarse * 255), _bytes(matte * 255))


def _lens(rng: np.random.Generator) -> float:
    """Return the blur's standard deviation in pixels: mostly sharp, sometimes out of focus."""
    if rng.random() < 0.65:
        return float(rng.uniform(0.3, 1.2))
    return float(np.exp(rng.uniform(np.log(1.2), np.log(8))))


def _texture(rng: np.random.Generator, side: int, photos: Photos, sigma: float) -> Colours:
    """Return a piece of a photo or a gradient, or two with a sharp line between them.

    The line teaches that edges inside the object or the background must be left alone.
    """
    plain = _piece(rng, side, photos)
    if rng.random() < 0.35:
        part = _blurred(draw_matte(rng, side, photos.masks), sigma)[..., np.newaxis]
        plain = plain * part + _piece(rng, side, photos) * (1 - part)
    return plain


def _piece(rng: np.random.Generator, side: int, photos: Photos) -> Colours:
    photo = photos.colours[rng.integers(len(photos.colours))]
    if rng.random() < 0.3:
        low, high = rng.uniform(0, 255, 1) + rng.normal(0, 30, 3), rng.normal(0, 25, 3)
        ramp = np.linspace(0, 1, side)[:, np.newaxis, np.newaxis]
        sloped = np.clip(low + ramp * high, 0, 255) * np.ones((1, side, 1))
        return sloped.astype(np.float32)
    zoom = float(np.exp(rng.uniform(np.log(0.7), np.log(8))))
    span = min(side / zoom, *photo.size)
    x, y = (rng.uniform(0, length - span) for length in photo.size)
    box = (x, y, x + span, y + span)
    piece = photo.resize((side, side), Image.Resampling.BICUBIC, box)
    gain, lift = rng.uniform(0.7, 1.3), rng.normal(0, 20)
    values = np.asarray(piece, np.float32) * np.float32(gain) + np.float32(lift)
    clipped: Colours = np.clip(values, 0, 255)
    return clipped


def _alike(rng: np.random.Generator, front: Colours, back: Colours) -> Colours:
    """Return the background in nearly the object's colour."""
    shift = front.mean((0, 1)) - back.mean((0, 1)) + rng.normal(0, 25, 3)
    shifted: Colours = np.clip(back + shift.astype(np.float32), 0, 255)
    return shifted


def _shade(rng: np.random.Generator, matte: Matte) -> Matte:
    """Return the shadow that the object casts on the background, 0..0.7."""
    shift = rng.integers(-24, 25, 2)
    wide = _blurred(matte, float(rng.uniform(3, 20)))
    cast: Matte = np.roll(wide, (int(shift[0]), int(shift[1])), (0, 1))
    return cast * np.float32(rng.uniform(0.1, 0.7))


def _taken(rng: np.random.Generator, mixed: Colours) -> npt.NDArray[np.uint8]:
    """Add sensor noise and, mostly, JPEG compression."""
    grain = rng.normal(0, rng.uniform(0, 2.5), (*mixed.shape[:2], 1)).astype(np.float32)
    pixels = _bytes(mixed + grain)
    if rng.random() < 0.2:
        return pixels
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(80, 98)))
    return np.asarray(Image.open(file))


def _blurred(matte: Matte, sigma: float) -> Matte:
    grey = Image.fromarray(_bytes(matte * 255)).filter(ImageFilter.GaussianBlur(sigma))
    return np.asarray(grey, np.float32) / np.float32(255)


def _bytes(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return (np.clip(values, 0, 255) + 0.5).astype(np.uint8)
