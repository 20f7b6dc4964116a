"""Make a realistic folder: photos and drawings of many sizes, some files broken."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.pictures import GRAIN
from tests.samples import PHOTOS, png_header
from tools.drawings import bottle, person, shoe

SIDES = (480, 640, 800, 800, 1024, 1024, 1024, 1280, 1600, 2048)
"""Pixels of the longer side, in turn; one picture in 40 has `LARGE`."""
LARGE = 4000
BROKEN_EVERY = 20
DRAWINGS = (bottle, person, shoe)
SHAPES = ((1.0, 1.0), (1.0, 0.75), (0.67, 1.0), (1.0, 0.56))

BROKEN: tuple[Callable[[bytes], bytes], ...] = (
    lambda content: content[: len(content) // 2],
    lambda _: b"This file is not a picture.\n",
    lambda _: b"",
    lambda _: png_header(20_000, 20_000),
)


def fill(folder: Path, count: int) -> int:
    """Write `count` files, always the same; return how many of them are good pictures."""
    random, good = np.random.default_rng(8), 0
    for number in range(count):
        content = _file(number, random)
        suffix = "png" if content.startswith(b"\x89PNG") else "jpg"
        if number % BROKEN_EVERY == BROKEN_EVERY - 1:
            content = BROKEN[number // BROKEN_EVERY % len(BROKEN)](content)
        else:
            good += 1
        path = folder / f"set-{number % 7}" / f"{number:04}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return good


def _file(number: int, random: np.random.Generator) -> bytes:
    """Return every fourth file as a drawing in PNG, the others as photos in JPEG."""
    side = LARGE if number % 40 == 20 else SIDES[number % len(SIDES)]
    wide, high = SHAPES[number % len(SHAPES)]
    size = round(side * wide), round(side * high)
    file = BytesIO()
    if number % 4 == 3:
        drawing = DRAWINGS[number % len(DRAWINGS)]().resize(size, Image.Resampling.BICUBIC)
        ground = Image.new("RGBA", size, tuple(map(int, random.integers(90, 250, 3))))
        ground.alpha_composite(drawing)
        ground.convert("RGB").save(file, "PNG", compress_level=1)
    else:
        _photo(number, size, random).save(file, "JPEG", quality=90)
    return file.getvalue()


def _photo(number: int, size: tuple[int, int], random: np.random.Generator) -> Image.Image:
    """Return a free test photo, mirrored every other time, with a camera's grain."""
    name = ("astronaut", "chelsea", "coffee")[number % 3]
    with Image.open(PHOTOS / f"{name}.jpg") as photo:
        image = photo.resize(size, Image.Resampling.BICUBIC)
    if number % 2:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    grain = random.normal(0, GRAIN, (size[1], size[0], 1)).astype(np.float32)
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))
