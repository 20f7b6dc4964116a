from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile

from cutout.choices import Compression, FileFormat
from cutout.decode.header import has_coarse_chroma
from cutout.encode.encode import Encoding, encode
from cutout.encode.formats import FINE, encode_webp, encode_zip
from cutout.encode.png import encode_png
from cutout.pictures import Composition, Pixels
from cutout.timing import Deadline
from tests.samples import gradient

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LATER = Deadline.after(86_400)  # longer than any run of all tests


def cut_out(height: int = 300, width: int = 200) -> Pixels:
    """A gradient with every alpha there is."""
    image = gradient(width, height)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    pixels = np.array(image)
    pixels[pixels[..., 3] == 0] = 0
    return pixels


def read(file: bytes) -> Image.Image:
    image = Image.open(BytesIO(file))
    assert image.format == "WEBP"
    image.load()
    return image


def test_alpha_is_exact_and_colours_are_nearly() -> None:
    pixels = cut_out()
    seen = np.asarray(read(encode_webp(Composition(pixels))))
    assert np.array_equal(seen[..., 3], pixels[..., 3])
    difference = seen[..., :3].astype(int) - pixels[..., :3]
    assert np.abs(difference[pixels[..., 3] > 0]).max() < 16
    assert np.sqrt(np.square(difference[pixels[..., 3] > 0]).mean()) < 3


def test_an_opaque_picture_has_no_alpha() -> None:
    image = read(encode_webp(Composition(np.ascontiguousarray(cut_out()[..., :3]))))
    assert image.mode == "RGB"


def test_a_mask_is_exact() -> None:
    mask = np.random.default_rng(1).integers(0, 256, (60, 70), np.uint8)
    seen = np.asarray(read(encode_webp(Composition(mask))))
    assert np.array_equal(seen, np.repeat(mask[..., np.newaxis], 3, axis=2)), "grey, as RGB"


@pytest.mark.parametrize("profile", [None, PROFILE])
def test_the_profile_is_kept(profile: bytes | None) -> None:
    assert read(encode_webp(Composition(cut_out(), profile))).info.get("icc_profile") == profile


WHITE = Image.new("RGBA", (200, 300), "white")
OPAQUE = np.array(gradient(200, 300))
MASK = cut_out()[..., 3].copy()


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (cut_out(), Image.alpha_composite(WHITE, Image.fromarray(cut_out())).convert("RGB")),
        (OPAQUE, Image.fromarray(OPAQUE)),
        (MASK, Image.fromarray(MASK)),
    ],
    ids=["on white", "opaque", "mask"],
)
@pytest.mark.parametrize(("quality", "coarse"), [(FINE - 1, True), (FINE, False)])
def test_a_jpeg_shows_the_pixels(
    pixels: Pixels, expected: Image.Image, quality: int, coarse: bool
) -> None:
    file = encode(Composition(pixels, PROFILE), Encoding(FileFormat.JPG, quality), 0, LATER)
    image = JpegImageFile(BytesIO(file))
    assert np.abs(np.asarray(image, int) - np.asarray(expected, int)).max() < 24
    assert (image.mode, image.info["icc_profile"]) == (expected.mode, PROFILE)
    assert has_coarse_chroma(image) == (coarse and expected.mode == "RGB")


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_thin_pictures(size: tuple[int, int]) -> None:
    assert read(encode_webp(Composition(cut_out(*size)))).size == size[::-1]


@pytest.mark.parametrize("room", [None, 0, 10**9])
def test_no_room_makes_it_worse(room: int | None) -> None:
    composition = Composition(cut_out(), PROFILE)
    assert encode(composition, Encoding(FileFormat.WEBP), room, LATER) == encode_webp(composition)


@pytest.mark.parametrize("compression", list(Compression))
def test_a_png_is_compressed_as_wanted(compression: Compression) -> None:
    composition = Composition(cut_out(), PROFILE)
    encoding = Encoding(compression=compression)
    assert encode(composition, encoding, None, LATER) == encode_png(composition, compression)


def test_a_zip_of_one_pixel_leaves_the_pixels_as_they_are() -> None:
    pixels, under = np.zeros((1, 1, 4), np.uint8), np.full((1, 1, 3), 200, np.uint8)
    pixels.flags.writeable = False  # as those of a picture that was shrunk to fit an answer
    file = encode_zip(Composition(pixels, under=under), 90)
    with ZipFile(BytesIO(file)) as archive:
        colour = Image.open(BytesIO(archive.read("color.jpg")))
    assert colour.getpixel((0, 0)) == (200, 200, 200)
    assert not pixels.any()
