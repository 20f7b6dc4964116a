"""Files that have to fit an answer of limited size."""

from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from cutout.choices import FileFormat
from cutout.encode.encode import Encoding, encode
from cutout.encode.squeeze import Squeezed, squeeze, to_size
from cutout.pictures import Box, Composition, FoundObject
from cutout.timing import NO_DEADLINE

WIDTH, HEIGHT = 400, 300
HALF = FoundObject(Box(WIDTH // 2, 0, WIDTH // 2, HEIGHT), 1.0)
FORMATS = pytest.mark.parametrize("kind", FileFormat)


def noise() -> Composition:
    """Noise, with nothing in the left half but a red background under it."""
    pixels = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[:, : WIDTH // 2] = 0
    under = pixels[..., :3].copy()
    under[:, : WIDTH // 2] = 255, 0, 0
    return Composition(pixels, objects=(HALF,), under=under, shadow=HALF.box)


def squeezed(kind: FileFormat, budget: int | None, *, may_shrink: bool = True) -> Squeezed:
    encoding = Encoding(kind, 90)
    return squeeze(noise(), encoding, budget, NO_DEADLINE, may_shrink=may_shrink)


@FORMATS
def test_what_fits_stays_as_it_is(kind: FileFormat) -> None:
    file = encode(noise(), Encoding(kind, 90), None, NO_DEADLINE)
    for budget in (None, len(file)):
        found = squeezed(kind, budget)
        assert found.file == file
        assert found.composition.size == (WIDTH, HEIGHT)


@FORMATS
def test_a_file_gets_small_enough(kind: FileFormat) -> None:
    found = squeezed(kind, 12_000)
    assert 6000 < len(found.file) <= 12_000, "much smaller than it has to be"
    width, height = found.composition.size
    assert width < WIDTH
    assert width / height == pytest.approx(WIDTH / HEIGHT, abs=0.05)
    (half,) = found.composition.objects or ()
    assert half.box == pytest.approx((width / 2, 0, width / 2, height), abs=1)
    assert found.composition.shadow == half.box
    pixels = found.composition.pixels
    assert not pixels[pixels[..., 3] == 0].any(), "hidden colours"
    if kind is FileFormat.ZIP:
        with ZipFile(BytesIO(found.file)) as archive, archive.open("color.jpg") as file:
            image = Image.open(file)
            assert image.size == (width, height)
            assert image.getpixel((width // 4, height // 2)) == pytest.approx((254, 0, 0), abs=9)


@FORMATS
def test_pixels_stay_if_they_have_to(kind: FileFormat) -> None:
    found = squeezed(kind, 12_000, may_shrink=False)
    assert found.composition.size == (WIDTH, HEIGHT)
    whole = encode(noise(), Encoding(kind, 90), None, NO_DEADLINE)
    assert len(found.file) < len(whole) or kind is FileFormat.PNG


@pytest.mark.parametrize("kind", [FileFormat.JPG, FileFormat.WEBP])
def test_losses_come_before_fewer_pixels(kind: FileFormat) -> None:
    lower = encode(noise(), Encoding(kind, 70), None, NO_DEADLINE)
    found = squeezed(kind, len(lower))
    assert found.file == lower
    assert found.composition.size == (WIDTH, HEIGHT)


def test_it_ends_where_nothing_fits() -> None:
    found = squeezed(FileFormat.PNG, 10)
    assert found.composition.size == (1, 1)


@pytest.mark.parametrize("shape", [(30, 40), (30, 40, 3), (30, 40, 4)])
@pytest.mark.parametrize(("size", "box"), [((20, 15), (5, 5, 1, 1)), ((1, 1), (0, 0, 1, 1))])
def test_pixels_of_every_kind_are_resized(
    shape: tuple[int, ...], size: tuple[int, int], box: tuple[int, ...]
) -> None:
    point = FoundObject(Box(10, 10, 1, 1), 1.0)
    found = to_size(Composition(np.full(shape, 200, np.uint8), objects=(point,)), size)
    assert found.pixels.shape == (size[1], size[0], *shape[2:])
    assert (found.pixels == 200).all()
    assert found.under is None
    assert [each.box for each in found.objects or ()] == [box]
