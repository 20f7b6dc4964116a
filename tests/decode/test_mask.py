"""Which files are masks, and what their values are."""

import pickle

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from cutout.decode.mask import decode_mask, require_fit
from cutout.errors import (
    MaskSizeError,
    ResolutionTooBigError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from cutout.pictures import Alpha
from cutout.settings import Settings
from tests.decode.keyed import KEYED, MORE_BITS
from tests.decode.profiles import plain
from tests.samples import after_header, gradient, jpeg, png, png_chunk, png_header, webp

SETTINGS = Settings()
RAMP = np.arange(48 * 64, dtype=np.uint32).reshape(48, 64)
VALUES: Alpha = (RAMP % 256).astype(np.uint8)
GREY = Image.fromarray(VALUES)
BITS: Alpha = np.where(VALUES > 127, 255, 0).astype(np.uint8)


def read(content: bytes, size: tuple[int, int] = (64, 48)) -> Alpha:
    return decode_mask(content, size, SETTINGS)


def with_alpha(alpha: Image.Image | int, colour: Image.Image | None = None) -> Image.Image:
    image = (colour or gradient()).copy()
    image.putalpha(alpha)
    return image


def cyclic_palette() -> Image.Image:
    """Return a picture with a palette whose colours are grey."""
    image = Image.fromarray(255 - VALUES)
    image.putpalette([255 - each // 3 for each in range(768)])
    assert image.mode == "P"
    return image


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (png(GREY), VALUES),
        (png(GREY.convert("RGB")), VALUES),
        (png(cyclic_palette()), VALUES),
        (png(cyclic_palette(), transparency=bytes([77] * 256)), VALUES),
        (png(GREY.point(lambda value: 255 * (value > 127), "1")), BITS),
        (png(Image.fromarray(VALUES.astype(np.uint16) * 257)), VALUES),
        (webp(GREY, lossless=True), VALUES),
        (png(with_alpha(GREY)), VALUES),
        (png(with_alpha(GREY, gradient().convert("L"))), VALUES),
        (png(with_alpha(255, GREY.convert("RGB"))), VALUES),
        (png(with_alpha(0, GREY.convert("RGB"))), VALUES),
        (png(with_alpha(77, GREY)), VALUES),
    ],
)
def test_values(content: bytes, values: npt.NDArray[np.uint8]) -> None:
    found = read(content)
    assert found.dtype == np.uint8
    assert np.array_equal(found, values)


@pytest.mark.parametrize("content", [*KEYED, *MORE_BITS])
def test_a_transparent_colour_is_background(content: bytes) -> None:
    assert read(content, (2, 1)).tolist() == [[0, 255]]


def test_no_colour_space_changes_them() -> None:
    assert np.array_equal(read(png(GREY, icc_profile=plain("L"))), VALUES)
    linear = png_chunk(b"gAMA", (100_000).to_bytes(4, "big"))
    assert np.array_equal(read(after_header(png(GREY), linear)), VALUES)


def test_it_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = GREY.transpose(Image.Transpose.ROTATE_90)
    assert np.array_equal(read(png(stored, exif=exif)), VALUES)


def test_of_an_animation_the_first_picture_counts() -> None:
    content = png(GREY, save_all=True, append_images=[Image.new("L", GREY.size)])
    assert np.array_equal(read(content), VALUES)


def test_a_jpeg_without_its_end_is_read() -> None:
    content = jpeg(GREY, quality=100)
    assert np.array_equal(read(content[:-2]), read(content))


@pytest.mark.parametrize(
    ("content", "error", "text"),
    [
        (b"", UnreadablePictureError, "Can not load mask image."),
        (png(GREY)[:80], UnreadablePictureError, "Can not load mask image."),
        (b"GIF89a", UnsupportedTypeError, "Unsupported mask file type"),
        (png_header(5000, 48), ResolutionTooBigError, "Mask resolution is too big: 5000x48"),
    ],
)
def test_bad_files(content: bytes, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        read(content)


@pytest.mark.parametrize(
    ("mask", "picture"),
    [
        ((64, 48), (64, 48)),
        ((32, 24), (64, 48)),
        ((1000, 667), (4000, 2667)),
        ((1000, 666), (4000, 2667)),
        ((100, 74), (4000, 3000)),
        ((100, 76), (4000, 3000)),
        ((4000, 2999), (4000, 3000)),
        ((1, 1), (4000, 3000)),
    ],
)
def test_a_mask_of_the_pictures_proportions_fits(
    mask: tuple[int, int], picture: tuple[int, int]
) -> None:
    require_fit(np.zeros(mask[::-1], np.uint8), picture)


@pytest.mark.parametrize(
    ("mask", "picture"),
    [
        ((65, 48), (64, 48)),
        ((64, 49), (64, 48)),
        ((128, 96), (64, 48)),
        ((48, 64), (64, 48)),
        ((100, 73), (4000, 3000)),
        ((100, 77), (4000, 3000)),
    ],
)
def test_any_other_size_is_refused(mask: tuple[int, int], picture: tuple[int, int]) -> None:
    with pytest.raises(MaskSizeError) as raised:
        require_fit(np.zeros(mask[::-1], np.uint8), picture)
    assert f"{mask[0]}x{mask[1]}" in str(raised.value)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)  # noqa: S301
