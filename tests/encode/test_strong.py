from collections.abc import Callable
from io import BytesIO
from zlib import decompress

import numpy as np
import pytest
from PIL import Image

from cutout.encode.png import AVERAGE, PAETH, SUB, UP, fast_deflate, png_file, strong_deflate
from cutout.pictures import Composition, Pixels
from tests.samples import gradient

RANDOM = np.random.default_rng(5)


def noise(*shape: int) -> Pixels:
    return RANDOM.integers(0, 256, shape, np.uint8)


def smooth(height: int, width: int) -> Pixels:
    return np.asarray(gradient(width, height).convert("RGBA"))


@pytest.mark.parametrize(
    "pixels",
    [
        noise(300, 40, 4),
        noise(129, 7),
        noise(130, 9, 3),
        noise(1, 1),
        noise(1, 1, 4),
        noise(128, 1, 4),
        smooth(300, 200),
        np.zeros((130, 60, 4), np.uint8),
        np.full((5, 300), 255, np.uint8),
    ],
    ids=lambda pixels: "x".join(map(str, pixels.shape)),
)
def test_every_pixel_comes_back(pixels: Pixels) -> None:
    png = png_file(Composition(pixels), strong_deflate(pixels))
    assert np.array_equal(np.asarray(Image.open(BytesIO(png))), pixels)


def row_filters(pixels: Pixels) -> set[int]:
    """The filters that rows were written with, as read back from the file."""
    data = np.frombuffer(decompress(b"".join(strong_deflate(pixels))), np.uint8)
    return set(data.reshape(len(pixels), -1)[:, 0].tolist())


def across(height: int, width: int) -> Pixels:
    """Each row a random walk of its own."""
    return np.cumsum(RANDOM.integers(-2, 3, (height, width)), axis=1).astype(np.uint8)


def average(height: int, width: int) -> Pixels:
    """Each pixel near the mean of the ones above and to the left."""
    pixels = np.zeros((height, width), np.int64)
    steps = RANDOM.integers(-40, 41, (height, width))
    for y in range(height):
        for x in range(width):
            left, up = pixels[y, x - 1] if x else 0, pixels[y - 1, x] if y else 0
            pixels[y, x] = np.clip((left + up) // 2 + steps[y, x] // 20, 0, 255)
    return pixels.astype(np.uint8)


@pytest.mark.parametrize(
    ("pixels", "kind"),
    [
        (across(200, 100), SUB),
        (np.ascontiguousarray(across(100, 200).T), UP),
        (average(60, 80), AVERAGE),
        (smooth(200, 100), PAETH),
    ],
    ids=["sub", "up", "average", "paeth"],
)
def test_rows_get_the_filter_that_suits_them(pixels: Pixels, kind: int) -> None:
    assert kind in row_filters(pixels)


@pytest.mark.parametrize("make", [smooth, across])
def test_it_is_smaller_than_the_fast_one(make: Callable[[int, int], Pixels]) -> None:
    pixels = make(512, 512)
    strong, fast = (sum(map(len, each(pixels))) for each in (strong_deflate, fast_deflate))
    assert strong < fast
