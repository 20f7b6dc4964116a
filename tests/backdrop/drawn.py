"""Product photos and graphics that are drawn, with what is in them known."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from cutout.pictures import Alpha

Mask = npt.NDArray[np.bool_]
SIZE = 480, 360
SCREEN, NECK, FOOT = (90, 40, 390, 240), (220, 240, 260, 300), (160, 300, 320, 320)
DISC, HOLE = (140, 80, 340, 280), (180, 120, 300, 240)


def sweep(kind: str, size: tuple[int, int] = SIZE) -> npt.NDArray[np.float32]:
    """A backdrop: shape (height, width, 3), 0..255."""
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    level = {
        "white": 255 + 0 * x,
        "grey": 200 + 0 * x,
        "gradient": 215 + 25 * y - 10 * x,
        "vignette": 235 - 25 * (x**2 + y**2),
        "lens": 250 / (1 + 0.18 * (x**2 + y**2)) ** 2,
        "blue": 150 + 0 * x,
    }[kind]
    tint = np.array([0.5, 0.7, 1.0] if kind == "blue" else [1.0, 1.0, 1.0])
    colours: npt.NDArray[np.float32] = (level[..., np.newaxis] * tint).astype(np.float32)
    return colours


def mask_of(*boxes: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> Mask:
    image = Image.new("1", size)
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, fill=1)
    return np.asarray(image)


def ellipse(box: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> Mask:
    image = Image.new("1", size)
    ImageDraw.Draw(image).ellipse(box, fill=1)
    return np.asarray(image)


def enlarged(mask: Mask, times: int) -> Mask:
    """The mask with each pixel repeated along both sides."""
    return mask.repeat(times, axis=0).repeat(times, axis=1)


def photo(
    backdrop: npt.NDArray[np.float32],
    objects: Mask,
    *,
    noise: float = 1.0,
    colour: tuple[int, int, int] = (60, 70, 160),
) -> Image.Image:
    """Objects of one colour and some texture on a backdrop, with a camera's noise."""
    random = np.random.default_rng(0)
    height, width = objects.shape
    texture = random.normal(0, 12, (height, width, 1)) + np.array(colour)
    pixels = np.where(objects[..., np.newaxis], texture, backdrop)
    pixels = pixels + random.normal(0, noise, pixels.shape)
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, quality: int = 80) -> Image.Image:
    """The image as a JPEG file has it."""
    file = BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def seen(mask: Mask) -> Alpha:
    """Return the square that a network returns if it sees this mask."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return np.asarray(image.resize((1024, 1024), Image.Resampling.BILINEAR))


def soft(mask: Mask, radius: float) -> npt.NDArray[np.float32]:
    """The mask, blurred, 0..1."""
    image = Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / np.float32(255)


def checker(cell: float, dark: int = 204, size: tuple[int, int] = SIZE) -> npt.NDArray[np.float32]:
    """A painted checker of white and a grey: shape (height, width, 3), 0..255."""
    x, y = (np.floor((np.arange(side) + 5) / cell).astype(int) for side in size)
    odd = (x[np.newaxis] + y[:, np.newaxis]) % 2 == 1
    levels = np.where(odd, dark, 255).astype(np.float32)
    return np.repeat(levels[..., np.newaxis], 3, axis=-1)


def textured(mask: Mask) -> npt.NDArray[np.float32]:
    """Colours of an object that differ from row to row and from column to column, 0..255."""
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    level = 90 + 60 * np.sin(x / 9) * np.cos(y / 7)
    return np.stack([level, level * 0.7, level * 0.5], axis=-1).astype(np.float32)
