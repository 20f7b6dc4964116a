from collections.abc import Callable
from io import BytesIO
from struct import pack
from typing import Any
from zlib import compress

import numpy as np
import pytest
from PIL import Image, ImageCms

from cutout.decode.decode import decode
from cutout.errors import UnreadablePictureError
from cutout.pictures import Picture
from cutout.settings import Settings
from tests.decode.keyed import KEYED, MORE_BITS
from tests.decode.profiles import plain
from tests.samples import gradient, jpeg, png, png_chunk

SETTINGS = Settings()
Save = Callable[..., bytes]
SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
SRGB = SRGB_PROFILE.tobytes()


def difference(picture: Picture, expected: Image.Image) -> float:
    """Mean difference of the colours, in levels of 255."""
    assert picture.size == expected.size
    assert picture.colour.mode == "RGB"
    wanted = np.asarray(expected.convert("RGB"), np.float32)
    return float(np.abs(np.asarray(picture.colour, np.float32) - wanted).mean())


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


UNTURN = {  # how a camera that wrote this orientation has stored an upright picture
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("value", UNTURN)
@pytest.mark.parametrize("save", [jpeg, png])
def test_exif_orientation_is_applied(save: Save, value: int) -> None:
    turn = UNTURN[value]
    stored = gradient() if turn is None else gradient().transpose(turn)
    picture = decode(save(stored, exif=orientation(value)), SETTINGS)
    assert difference(picture, gradient()) < 3, f"orientation {value} is not upright"


def test_holes_turn_with_the_picture() -> None:
    image = gradient()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    stored = image.transpose(Image.Transpose.ROTATE_90)
    picture = decode(png(stored, exif=orientation(6)), SETTINGS)
    assert picture.own_alpha is not None
    assert np.array_equal(picture.own_alpha, np.asarray(image.getchannel("A")))


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_absurd_orientation_is_ignored(value: int) -> None:
    assert difference(decode(jpeg(exif=orientation(value)), SETTINGS), gradient()) < 3


@pytest.mark.parametrize("junk", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"\0" * 99])
def test_broken_exif_does_not_fail_a_good_picture(junk: bytes) -> None:
    assert difference(decode(jpeg(exif=junk), SETTINGS), gradient()) < 3


@pytest.mark.parametrize("save", [jpeg, png])
def test_an_rgb_profile_is_kept(save: Save) -> None:
    assert decode(save(icc_profile=SRGB), SETTINGS).icc_profile == SRGB


@pytest.mark.parametrize("junk", [b"x", b"RGB " * 64, bytes(128)])
def test_a_broken_profile_does_not_fail_a_good_picture(junk: bytes) -> None:
    assert difference(decode(jpeg(icc_profile=junk), SETTINGS), gradient()) < 3


def test_a_profile_for_other_colours_than_the_pixels_is_dropped() -> None:
    picture = decode(jpeg(gradient().convert("L"), icc_profile=SRGB), SETTINGS)
    assert picture.icc_profile is None
    assert difference(picture, gradient().convert("L")) < 3


@pytest.mark.parametrize(
    ("save", "mode"), [(png, "L"), (png, "LA"), (png, "I;16"), (jpeg, "L"), (jpeg, "CMYK")]
)
def test_grey_and_cmyk_become_srgb_by_their_profile(save: Save, mode: str) -> None:
    """None of them means what Pillow makes of the values without it."""
    drawn = gradient().convert("CMYK" if mode == "CMYK" else "L")
    profile = plain(drawn.mode)
    expected = ImageCms.profileToProfile(
        drawn, ImageCms.ImageCmsProfile(BytesIO(profile)), SRGB_PROFILE, outputMode="RGB"
    )
    assert expected is not None
    deep = np.asarray(drawn, np.uint16) * 257
    stored = Image.fromarray(deep) if mode == "I;16" else drawn.convert(mode)
    picture = decode(save(stored, icc_profile=profile), SETTINGS)
    assert picture.icc_profile is None
    assert difference(picture, expected) < 3
    assert difference(picture, drawn) > 5


def test_a_broken_cmyk_profile_falls_back_to_the_plain_conversion() -> None:
    broken = bytes(16) + b"CMYK" + bytes(108)
    picture = decode(jpeg(gradient().convert("CMYK"), icc_profile=broken), SETTINGS)
    assert picture.icc_profile is None
    assert difference(picture, gradient()) < 3


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_colour_jpeg(options: dict[str, Any]) -> None:
    assert difference(decode(jpeg(**options), SETTINGS), gradient()) < 3


def test_grey_jpeg() -> None:
    grey = gradient().convert("L")
    assert difference(decode(jpeg(grey), SETTINGS), grey) < 3


def test_cmyk_jpeg_as_adobe_stores_it() -> None:
    """Pillow writes what Photoshop does: an Adobe marker and inverted values."""
    content = jpeg(gradient().convert("CMYK"), quality=95)
    assert b"Adobe" in content
    assert difference(decode(content, SETTINGS), gradient()) < 3


def test_cmyk_jpeg_without_adobes_marker_is_read_as_browsers_do() -> None:
    """They take every CMYK JPEG for an inverted one, since hardly any other exists."""
    content = jpeg(gradient().convert("CMYK"), quality=95)
    start = content.index(b"\xff\xee")
    length = int.from_bytes(content[start + 2 : start + 4], "big")
    plain = content[:start] + content[start + 2 + length :]
    assert b"Adobe" not in plain
    assert difference(decode(plain, SETTINGS), gradient()) < 3


def test_ycck_jpeg() -> None:
    """Adobe transform 2: the first three channels are YCbCr. A neutral chroma makes K alone."""
    flat = Image.merge("CMYK", [Image.new("L", (32, 32), value) for value in (100, 127, 127, 0)])
    content = bytearray(jpeg(flat, quality=100))
    marker = content.index(b"Adobe")
    content[marker + 11] = 2
    colour = np.asarray(decode(bytes(content), SETTINGS).colour, np.float32).reshape(-1, 3)
    assert np.ptp(colour.mean(axis=0)) < 3, "a neutral YCCK picture has got a tint"
    assert colour.mean() == pytest.approx(100, abs=3), "inverted"


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_opaque_png_modes(mode: str) -> None:
    if mode == "I;16":
        deep = np.asarray(gradient().convert("L"), np.uint16) * 257
        image, expected = Image.fromarray(deep), gradient().convert("L")
    else:
        image = expected = gradient().convert(mode)
    picture = decode(png(image), SETTINGS)
    assert picture.own_alpha is None
    assert difference(picture, expected) == 0


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA"])
def test_png_alpha_becomes_holes(mode: str) -> None:
    image = gradient().convert("RGBA")
    alpha = Image.linear_gradient("L").resize(image.size)
    image.putalpha(alpha)
    image = image.quantize(64) if mode == "PA" else image.convert(mode)
    picture = decode(png(image), SETTINGS)
    expected = np.asarray(image.convert("RGBA").getchannel("A"))
    assert picture.own_alpha is not None
    assert np.array_equal(picture.own_alpha, expected)


@pytest.mark.parametrize(("alpha", "is_kept"), [(255, False), (250, False), (249, True)])
def test_an_alpha_that_hides_nothing_is_no_hole(alpha: int, is_kept: bool) -> None:
    image = gradient()
    image.putalpha(alpha)
    picture = decode(png(image), SETTINGS)
    assert (picture.own_alpha is not None) is is_kept
    assert difference(picture, gradient()) == 0


@pytest.mark.parametrize(
    ("mode", "transparent", "pixel"),
    [("L", 7, 7), ("RGB", (1, 2, 3), (1, 2, 3)), ("P", 5, 5), ("I;16", 4660, 4660), ("1", 0, 0)],
)
def test_a_transparent_colour_becomes_a_hole(
    mode: str, transparent: int | tuple[int, ...], pixel: int | tuple[int, ...]
) -> None:
    others: dict[str, int | tuple[int, ...]] = {"RGB": (200, 0, 0), "I;16": 60000}
    image = Image.new(mode, (8, 8), others.get(mode, 1))
    image.putpixel((3, 2), pixel)
    if mode == "P":
        image.putpalette(list(range(256)) * 3)
    picture = decode(png(image, transparency=transparent), SETTINGS)
    assert picture.own_alpha is not None
    assert np.argwhere(picture.own_alpha == 0).tolist() == [[2, 3]]
    assert (picture.own_alpha == 255).sum() == 63


@pytest.mark.parametrize("content", [*KEYED, *MORE_BITS])
def test_the_transparent_colour_is_found_at_every_depth(content: bytes) -> None:
    picture = decode(content, SETTINGS)
    assert picture.own_alpha is not None
    assert picture.own_alpha.tolist() == [[0, 255]]


def test_interlaced_png() -> None:
    """An 8x8 picture of which Adam7's seven passes are written by hand."""
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4)]
    passes += [(2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = b"".join(
        b"\0" + row.tobytes()
        for top, left, down, across in passes
        for row in pixels[top::down, left::across]
    )
    header = pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1)
    content = b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", header),
            png_chunk(b"IDAT", compress(rows)),
            png_chunk(b"IEND", b""),
        ]
    )
    assert difference(decode(content, SETTINGS), Image.fromarray(pixels)) == 0


def test_pixels_cut_off_are_not_guessed() -> None:
    for content in (jpeg(gradient(256, 256)), png(gradient(256, 256))):
        with pytest.raises(UnreadablePictureError):
            decode(content[: len(content) * 3 // 4], SETTINGS)
