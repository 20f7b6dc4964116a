"""Colours of PNG files whose space is told in numbers look the same after as before."""

from io import BytesIO
from struct import pack
from typing import Any
from zlib import compress

import numpy as np
import pytest
from PIL import Image, ImageCms

from cutout.decode.decode import decode
from cutout.decode.icc import trusted_profile
from cutout.decode.mask import read_mask
from cutout.decode.png_colour import PRIMARIES
from cutout.pictures import Picture
from cutout.settings import Settings
from tests.samples import after_header, gradient, png, png_chunk

SETTINGS = Settings()
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
REC709 = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def gamma(units: int) -> bytes:
    return png_chunk(b"gAMA", pack(">I", units))


def primaries(*units: int) -> bytes:
    return png_chunk(b"cHRM", pack(">8I", *units))


def code_points(*values: int) -> bytes:
    return png_chunk(b"cICP", bytes(values))


def opened(chunks: bytes, image: Image.Image | None = None) -> Picture:
    return decode(after_header(png(image), chunks), SETTINGS)


CHANNELS = {0: 1, 2: 3, 6: 4}
"""Channels of a PNG's colour types."""


def deep_png(colour_type: int, values: Any, chunks: bytes) -> bytes:
    """Return a row of values of 16 bits, of shape (pixels, channels), which Pillow can't write."""
    header = pack(">IIBBBBB", len(values), 1, 16, colour_type, 0, 0, 0)
    row = compress(b"\0" + np.asarray(values, ">u2").tobytes())
    parts = png_chunk(b"IHDR", header), chunks, png_chunk(b"IDAT", row), png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def flat(*colour: int) -> Image.Image:
    return Image.new("RGB", (8, 8), colour)


def shown(picture: Picture) -> tuple[int, ...]:
    """The first pixel on an sRGB screen."""
    image = picture.colour
    if picture.icc_profile is not None:
        own = ImageCms.ImageCmsProfile(BytesIO(picture.icc_profile))
        image = ImageCms.profileToProfile(image, own, SRGB) or image
    pixel: Any = image.getpixel((0, 0))
    return tuple(pixel)


@pytest.mark.parametrize(
    ("chunks", "stored", "expected"),
    [
        # 0.5 and 0.216 of the light are 188 and 128 of sRGB
        (gamma(100_000), (128, 55, 0), (188, 128, 0)),
        (gamma(55_556), (0, 128, 255), (0, 146, 255)),  # 1.8: Macs of old
        (code_points(1, 8, 0, 1), (128, 55, 255), (188, 128, 255)),
        (code_points(1, 13, 0, 0), (16, 126, 235), (0, 128, 255)),  # narrow range
        (code_points(1, 1, 0, 1), (128, 0, 255), (140, 0, 255)),
        # 203 nits are white: 148 of 255 by PQ, 191 by HLG; and what is brighter as well
        (code_points(1, 16, 0, 1), (148, 200, 0), (255, 255, 0)),
        (code_points(1, 18, 0, 1), (191, 230, 0), (255, 255, 0)),
        # P3's full red is beyond sRGB's; its greys are the same
        (primaries(*P3), (150, 150, 150), (150, 150, 150)),
        (primaries(*P3), (200, 120, 120), (213, 117, 118)),
        (code_points(12, 13, 0, 1), (200, 120, 120), (213, 117, 118)),
    ],
)
def test_what_is_shown(chunks: bytes, stored: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert shown(opened(chunks, flat(*stored))) == pytest.approx(expected, abs=2)


@pytest.mark.parametrize(
    ("curve", "stored"),
    [
        *((each, (6, 48, 180)) for each in (1, 6, 14, 15)),
        (4, (23, 65, 186)),
        (5, (38, 87, 199)),
        (7, (5, 45, 179)),
        (13, (16, 63, 188)),
        (16, (38, 77, 130)),
        (18, (25, 65, 161)),
    ],
)
def test_each_curve_shows_the_same_light(curve: int, stored: tuple[int, ...]) -> None:
    """0.5, 5 and 50 % of white's light are 16, 63 and 188 of sRGB."""
    picture = opened(code_points(1, curve, 0, 1), flat(*stored))
    assert shown(picture) == pytest.approx((16, 63, 188), abs=2)


PLAIN = {
    "sRGB's gamma": gamma(45_455),
    "its lower limit": gamma(45_000),
    "its upper limit": gamma(46_000),
    "its primaries": primaries(*REC709),
    "an sRGB chunk": png_chunk(b"sRGB", b"\0") + gamma(100_000) + primaries(*P3),
    "sRGB by number": code_points(1, 13, 0, 1) + gamma(100_000),
    "no gamma": gamma(0),
    "a gamma too small": gamma(9_999),
    "a gamma too large": gamma(500_001),
    "a broken checksum": gamma(100_000)[:-1] + b"x",
    "no gamma at all": png_chunk(b"gAMA", b""),
    "a short gamma": png_chunk(b"gAMA", b"\x61\xa8"),
    "a long gamma": png_chunk(b"gAMA", b"\0\0\0\x61\xa8"),
    "short primaries": png_chunk(b"cHRM", bytes(28)),
    "primaries of zero": primaries(*[0] * 8),
    "a white without light": primaries(31270, 0, *P3[2:]),
    "a blue without light": primaries(*P3[:6], 15000, 0),
    "all primaries alike": primaries(*[33_000] * 8),
    "primaries beyond": primaries(*[0xFFFFFFFF] * 8),
    "a white that is not between": primaries(70000, 29000, *P3[2:]),
    "YCbCr by number": code_points(1, 8, 1, 1),
    "an unknown curve": code_points(1, 2, 0, 1),
    "unknown primaries": code_points(2, 8, 0, 1),
    "an odd range": code_points(1, 8, 0, 2),
    "short numbers": code_points(1, 8, 0),
}


@pytest.mark.parametrize("chunks", PLAIN.values(), ids=PLAIN)
def test_what_says_nothing_new_changes_nothing(chunks: bytes) -> None:
    picture = opened(chunks)
    assert picture.icc_profile is None
    assert picture.colour.tobytes() == gradient().tobytes()


@pytest.mark.parametrize("units", [10_000, 44_999, 46_001, 500_000])
def test_another_gamma_counts_up_to_its_limits(units: int) -> None:
    picture = opened(gamma(units))
    assert picture.icc_profile is None
    assert picture.colour.tobytes() != gradient().tobytes()


def test_numbers_come_before_a_profile_and_that_before_gamma() -> None:
    profile = SRGB.tobytes()
    content = png(flat(128, 55, 0), icc_profile=profile)
    kept = decode(after_header(content, gamma(100_000) + primaries(*P3)), SETTINGS)
    assert kept.icc_profile == profile
    assert kept.colour.getpixel((0, 0)) == (128, 55, 0)
    numbers = decode(after_header(content, code_points(1, 8, 0, 1)), SETTINGS)
    assert numbers.icc_profile is None
    assert numbers.colour.getpixel((0, 0)) == (188, 128, 0)
    chunks = png_chunk(b"iCCP", b"sRGB\0\0" + compress(profile)) + gamma(100_000)
    deep = decode(deep_png(2, [[128 * 257, 55 * 257, 0]], chunks), SETTINGS)
    assert deep.icc_profile == profile
    assert deep.colour.getpixel((0, 0)) == (128, 55, 0)
    broken = png(flat(128, 55, 0), icc_profile=b"no profile")
    assert shown(decode(after_header(broken, gamma(100_000)), SETTINGS)) == (188, 128, 0)


@pytest.mark.parametrize("number", sorted(set(PRIMARIES) - {1}))
def test_primaries_become_a_profile_that_is_trusted(number: int) -> None:
    profile = opened(code_points(number, 13, 0, 1)).icc_profile
    assert profile is not None
    assert trusted_profile(profile) == profile


def test_a_white_that_no_eye_can_adapt_to_is_ignored() -> None:
    """One cone hardly sees this white: its adaptation overflows a profile's numbers."""
    picture = opened(primaries(66459, 29000, 73000, 27000, 30000, 60000, 15000, 6000))
    assert picture.icc_profile is None


def test_the_profile_is_that_of_display_p3() -> None:
    """sRGB's red in P3 is 0.917, 0.200, 0.139 (CSS Color 4)."""
    profile = opened(primaries(*P3)).icc_profile
    assert profile is not None
    p3 = ImageCms.ImageCmsProfile(BytesIO(profile))
    red = ImageCms.profileToProfile(flat(255, 0, 0), SRGB, p3)
    assert red is not None
    assert red.getpixel((0, 0)) == pytest.approx((234, 51, 35), abs=1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_gamma_counts_in_every_mode(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((8, 8), 128 * 257, np.uint16))
    else:
        grey = flat(128, 128, 128)
        image = grey.quantize(2) if mode == "P" else grey.convert(mode, dither=Image.Dither.NONE)
    value = opened(gamma(100_000), image).colour.getpixel((0, 0))
    assert value == ((255,) * 3 if mode == "1" else (188,) * 3)


@pytest.mark.parametrize(
    ("chunks", "black", "white"),
    [
        (gamma(100_000), 0, 65_535),
        (code_points(1, 8, 0, 1), 0, 65_535),
        (code_points(1, 8, 0, 0), 16 * 256, 235 * 256),
        (png_chunk(b"iCCP", b"a\0\0" + compress(b"no profile")) + gamma(100_000), 0, 65_535),
    ],
    ids=["gamma", "by number", "narrow range", "broken profile"],
)
@pytest.mark.parametrize("colour_type", [0, 2, 6], ids=["grey", "RGB", "RGBA"])
def test_dark_values_of_16_bits_stay_apart(
    colour_type: int, chunks: bytes, black: int, white: int
) -> None:
    """In linear light, 8 bits have no value between sRGB's 0 and 13."""
    share = np.arange(14) / 13 / 255  # of the light, up to 1/255
    stored = np.rint(black + (white - black) * share)[:, None].repeat(CHANNELS[colour_type], 1)
    if colour_type == 6:
        stored[:, 3] = np.linspace(0, 65_535, 14)
    picture = decode(deep_png(colour_type, stored, chunks), SETTINGS)
    for channel in range(3):
        values = np.asarray(picture.colour)[0, :, channel].tolist()
        assert values == pytest.approx(list(range(14)), abs=1)
    if colour_type == 6:
        assert picture.own_alpha is not None
        assert picture.own_alpha[0].tolist() == pytest.approx(np.linspace(0, 255, 14), abs=1)


@pytest.mark.parametrize("colour_type", [0, 2], ids=["grey", "RGB"])
def test_black_and_white_of_a_narrow_range_of_16_bits(colour_type: int) -> None:
    """As in 8 bits, with eight more that are zero (ITU-T H.273)."""
    stored = [[each * 256] * CHANNELS[colour_type] for each in (16, 235)]
    colour = decode(deep_png(colour_type, stored, code_points(1, 13, 0, 0)), SETTINGS).colour
    assert np.asarray(colour).tolist() == [[[0] * 3, [255] * 3]]


def test_a_mask_of_16_bits_keeps_its_values() -> None:
    content = deep_png(2, [[128 * 257] * 3], gamma(100_000))
    assert read_mask(content, SETTINGS).tolist() == [[128]]


def test_a_transparent_colour_of_16_bits_is_found_before_colours_change() -> None:
    key = png_chunk(b"tRNS", pack(">3H", 300, 300, 300))
    content = deep_png(2, [[300] * 3, [301] * 3], gamma(100_000) + key)
    picture = decode(content, SETTINGS)
    assert picture.own_alpha is not None
    assert picture.own_alpha.tolist() == [[0, 255]]
    assert picture.colour.getpixel((1, 0)) == (15, 15, 15)


def test_greys_need_no_profile() -> None:
    assert opened(primaries(*P3), gradient().convert("L")).icc_profile is None


def test_a_transparent_colour_is_found_before_colours_change() -> None:
    content = png(flat(128, 55, 0), transparency=(128, 55, 0))
    holes = decode(after_header(content, gamma(100_000)), SETTINGS).own_alpha
    assert holes is not None
    assert not holes.any()
