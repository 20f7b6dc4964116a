from collections.abc import Callable
from io import BytesIO
from zlib import decompress

import numpy as np
import pytest
from PIL import Image

from cutout.choices import Compression
from cutout.encode.filters import GROUP_ROWS, NONE, PAETH, SUB, UP, filter_by_trial
from cutout.encode.png import (
    LARGE_PIXELS,
    deflate_by_trial,
    deflate_fast,
    deflate_for,
    deflate_small,
    png_file,
)
from cutout.pictures import Composition, Pixels
from tests.samples import gradient

RANDOM = np.random.default_rng(5)


def noise(*shape: int) -> Pixels:
    return RANDOM.integers(0, 256, shape, np.uint8)


def smooth(height: int, width: int) -> Pixels:
    return np.asarray(gradient(width, height).convert("RGBA"))


def across(height: int, width: int) -> Pixels:
    """Each row a random walk of its own."""
    return np.cumsum(RANDOM.integers(-2, 3, (height, width)), axis=1).astype(np.uint8)


def planes(height: int, width: int) -> Pixels:
    """Flat rectangles, of which Paeth predicts all but the corners."""
    pixels = np.zeros((height, width), np.uint8)
    for _ in range(height):
        top, left = RANDOM.integers(0, height), RANDOM.integers(0, width)
        pixels[top : top + 20, left : left + 20] = RANDOM.integers(0, 256)
    return pixels


def row_filters(pixels: Pixels) -> set[int]:
    """The filters that rows were written with."""
    return {
        int(kind)
        for stripe in filter_by_trial(pixels)
        for kind in np.asarray(stripe).reshape(-1, pixels[0].size + 1)[:, 0]
    }


@pytest.mark.parametrize(
    "pixels",
    [
        noise(300, 40, 4),
        noise(129, 7),
        noise(130, 9, 3),
        noise(1, 1),
        noise(1, 1, 4),
        noise(128, 1, 4),
        noise(17, 2, 3),
        smooth(300, 200),
        smooth(800, 700),
        across(300, 50),
        planes(200, 300),
        np.zeros((130, 60, 4), np.uint8),
        np.concatenate([noise(2 * GROUP_ROWS, 9, 4), np.zeros((20, 9, 4), np.uint8)]),
        np.full((5, 300), 255, np.uint8),
        noise(20, 30).T,
    ],
    ids=lambda pixels: "x".join(map(str, pixels.shape)),
)
@pytest.mark.parametrize("level", [1, 3, 6, 8])
def test_every_pixel_comes_back(pixels: Pixels, level: int) -> None:
    png = png_file(Composition(pixels), deflate_by_trial(pixels, level))
    assert np.array_equal(np.asarray(Image.open(BytesIO(png))), pixels)


@pytest.mark.parametrize(
    ("pixels", "kind"),
    [
        (across(200, 100), SUB),
        (np.ascontiguousarray(across(100, 200).T), UP),
        (planes(200, 400), PAETH),
        (np.zeros((40, 40), np.uint8), NONE),
    ],
    ids=["sub", "up", "paeth", "none"],
)
def test_rows_get_the_filter_that_suits_them(pixels: Pixels, kind: int) -> None:
    assert kind in row_filters(pixels)


def test_groups_of_rows_have_filters_of_their_own() -> None:
    one, other = across(GROUP_ROWS, 200), np.ascontiguousarray(across(200, GROUP_ROWS).T)
    assert row_filters(np.concatenate([one, other])) == {SUB, UP}


@pytest.mark.parametrize(("height", "width"), [(60, 50), (900, 800)])
def test_equal_pixels_make_equal_bytes(height: int, width: int) -> None:
    pixels = smooth(height, width)
    first, second = (b"".join(deflate_by_trial(pixels.copy(), 5)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("make", [smooth, across, planes])
def test_more_effort_makes_less(make: Callable[[int, int], Pixels]) -> None:
    pixels = make(512, 512)
    small, fast = (b"".join(each(pixels)) for each in (deflate_small, deflate_fast))
    assert len(small) < len(fast)
    assert len(decompress(small)) == len(decompress(fast))


@pytest.mark.parametrize(("extra", "kinds"), [(0, {SUB}), (1, {UP})])
def test_balanced_saves_time_on_large_pictures(extra: int, kinds: set[int]) -> None:
    width = 20_000
    pixels = across(LARGE_PIXELS // width + extra, width)
    data = decompress(b"".join(deflate_for(pixels, Compression.BALANCED)(pixels)))
    assert set(np.frombuffer(data, np.uint8).reshape(-1, width + 1)[:, 0].tolist()) == kinds
