"""Pictures that are decoded or shrunk to less than their size, for small answers."""

import numpy as np
import pytest
from PIL import Image

from cutout.decode.decode import decode, resize_alpha, shrink
from cutout.layout import Bound, Size
from cutout.pictures import Picture
from cutout.settings import Settings
from tests.samples import gradient, jpeg

SETTINGS = Settings(max_side=8192)
SMALL = Bound(side=300)


@pytest.mark.parametrize(
    ("size", "bound", "decoded"),
    [
        ((4096, 2048), SMALL, (2048, 1024)),
        ((4094, 2048), SMALL, (4094, 2048)),  # would have under 2048 pixels
        ((4096, 2046), SMALL, (4096, 2046)),  # would have under 1024
        ((4096, 2048), Bound(side=2048), (2048, 1024)),
        ((4096, 2048), Bound(side=2050), (4096, 2048)),
        ((4096, 2048), Bound(), (4096, 2048)),
    ],
)
def test_a_large_jpeg_is_decoded_smaller_for_a_small_answer(
    size: Size, bound: Bound, decoded: Size
) -> None:
    picture = decode(jpeg(Image.new("RGB", size)), SETTINGS, bound=bound)
    assert (picture.size, picture.full_size) == (decoded, size)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_its_full_size_is_that_of_the_upright_picture(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(jpeg(Image.new("L", (4096, 2048)), exif=exif), SETTINGS, bound=SMALL)
    is_sideways = orientation > 4
    assert picture.size == ((1024, 2048) if is_sideways else (2048, 1024))
    assert picture.full_size == ((2048, 4096) if is_sideways else (4096, 2048))


@pytest.mark.parametrize(
    ("size", "bound", "shrunk"),
    [
        ((2000, 1500), Bound(side=1200), (1200, 900)),
        ((2000, 1500), SMALL, (1024, 768)),  # not below the networks' side
        ((2000, 1500), Bound(pixels=1_080_000), (1200, 900)),
        ((1024, 768), SMALL, (1024, 768)),
        ((1200, 900), Bound(side=1200), (1200, 900)),
        ((1025, 3), SMALL, (1025, 3)),
    ],
)
@pytest.mark.parametrize("opaque", [True, False])
def test_a_picture_is_shrunk_to_its_answer(
    size: Size, bound: Bound, shrunk: Size, opaque: bool
) -> None:
    alpha = Image.linear_gradient("L").resize(size)
    picture = Picture(gradient(*size), None if opaque else np.asarray(alpha), b"profile")
    found = shrink(picture, bound)
    assert (found.size, found.full_size) == (shrunk, size)
    assert (found is picture) == (shrunk == size)
    assert found.icc_profile == b"profile"
    assert picture.colour.mode == "RGB", "the caller's picture was changed"
    apart = np.abs(np.asarray(found.colour, int) - np.asarray(gradient(*shrunk), int)).max(axis=2)
    seen = np.full(apart.shape, 255) if found.own_alpha is None else found.own_alpha
    assert apart[seen > 127].max() <= 3
    if found.own_alpha is not None:
        assert np.abs(seen - np.asarray(alpha.resize(shrunk), int)).max() <= 2


def test_an_alpha_follows_its_picture() -> None:
    alpha = np.asarray(Image.linear_gradient("L"))
    assert resize_alpha(alpha, (256, 256)) is alpha
    small = resize_alpha(alpha, (64, 32))
    assert small.shape == (32, 64)
    assert np.abs(small - np.linspace(3.5, 251.5, 32)[:, np.newaxis]).max() < 3
