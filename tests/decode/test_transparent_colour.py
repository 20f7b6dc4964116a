"""Which transparent colours of a PNG count: those that browsers show."""

from struct import pack

import pytest
from PIL import Image

from cutout.decode.decode import decode
from cutout.decode.mask import read_mask
from cutout.settings import Settings
from tests.decode.keyed import keyed_png
from tests.samples import png, png_chunk

GREY = Image.new("L", (2, 1))
GREY.putpixel((1, 0), 255)
KINDS = {"L": b"\0\0", "RGB": bytes(6), "P": b"\0"}
"""What makes black transparent, by mode."""


def key(data: bytes) -> bytes:
    return png_chunk(b"tRNS", data)


def wrong(data: bytes) -> bytes:
    return key(data)[:-4] + b"\0\0\0\0"


def alpha_with(mode: str, chunks: bytes, before: bytes = b"IDAT") -> list[list[int]] | None:
    content = png(GREY.convert("RGB").convert(mode))
    at = content.rindex(before) - 4
    alpha = decode(content[:at] + chunks + content[at:], Settings()).own_alpha
    return None if alpha is None else alpha.tolist()


@pytest.mark.parametrize(("mode", "black"), KINDS.items())
def test_the_first_sound_one_counts(mode: str, black: bytes) -> None:
    for chunks in (key(black), wrong(black) + key(black), key(black) + key(b"\xff" * len(black))):
        assert alpha_with(mode, chunks) == [[0, 255]]


@pytest.mark.parametrize(("mode", "black"), KINDS.items())
def test_a_broken_one_fails_no_good_picture(mode: str, black: bytes) -> None:
    for chunk in (wrong(black), key(b""), key(black[:-1]), key(black + bytes(256))):
        assert alpha_with(mode, chunk) is None


@pytest.mark.parametrize(("mode", "black"), KINDS.items())
def test_one_behind_the_pixels_does_not_count(mode: str, black: bytes) -> None:
    assert alpha_with(mode, key(black), before=b"IEND") is None


def test_one_as_long_as_the_palette_counts_and_a_longer_one_does_not() -> None:
    content = png(GREY.convert("RGB").convert("P"))
    at = content.index(b"PLTE")
    colours = int.from_bytes(content[at - 4 : at], "big") // 3
    assert alpha_with("P", key(bytes(colours))) == [[0, 0]]
    assert alpha_with("P", key(bytes(colours + 1))) is None


def test_one_before_the_palette_does_not_count() -> None:
    assert alpha_with("P", key(b"\0"), before=b"PLTE") is None


def test_a_suggested_palette_does_not_make_an_rgb_indexed() -> None:
    palette = png_chunk(b"PLTE", bytes(18))
    assert alpha_with("RGB", palette + key(bytes(6))) == [[0, 255]]
    assert alpha_with("RGB", palette + key(bytes(3))) is None


DEEP = (0x1234, 0x5678, 0x9ABC)


def deep_png(second: tuple[int, int, int], transparent: tuple[int, int, int] = DEEP) -> bytes:
    """Two pixels with 16 bits per channel, of which the first is `DEEP`."""
    return keyed_png(16, 2, pack(">6H", *DEEP, *second), pack(">3H", *transparent))


@pytest.mark.parametrize("channel", range(3))
@pytest.mark.parametrize("bit", [1, 0x80, 0x100, 0x8000])
def test_every_bit_of_a_deep_colour_counts(channel: int, bit: int) -> None:
    near = [each ^ bit if at == channel else each for at, each in enumerate(DEEP)]
    picture = decode(deep_png((near[0], near[1], near[2])), Settings())
    assert picture.own_alpha is not None
    assert picture.own_alpha.tolist() == [[0, 255]]
    assert picture.colour.getpixel((1, 0)) == tuple(each >> 8 for each in near)


def test_a_deep_colour_that_no_pixel_has_leaves_the_picture_opaque() -> None:
    for transparent in ((0x1235, 0x5678, 0x9ABC), (0, 0, 0)):
        assert decode(deep_png(DEEP, transparent), Settings()).own_alpha is None


def test_a_deep_colour_counts_in_a_mask() -> None:
    near = (0x1235, 0x5678, 0x9ABC)
    assert read_mask(deep_png(near), Settings()).tolist() == [[0, 255]]
