"""PNG files whose compressed stream has an end, but not all rows."""

from struct import pack
from zlib import compress

import pytest

from cutout.decode.decode import decode
from cutout.decode.mask import read_mask
from cutout.errors import UnreadablePictureError
from cutout.settings import Settings
from tests.samples import png_chunk

SETTINGS = Settings()
SIDE = 9
GREY, RGB, INDEXED, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
FORMS = {
    "1-bit grey": (1, GREY, 2),
    "2-bit palette": (2, INDEXED, 3),
    "grey": (8, GREY, 9),
    "16-bit grey": (16, GREY, 18),
    "16-bit colours": (16, RGB, 54),
    "grey with alpha": (8, GREY_ALPHA, 18),
    "colours with alpha": (8, RGBA, 36),
}
"""Depth, colour type, and bytes of a row."""
PASSES = ((2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4))
"""Columns and rows of each pass of an interlaced file (PNG, Third Edition, 8.1)."""


def file_of(depth: int, colour_type: int, rows: bytes, *, interlaced: bool = False) -> bytes:
    header = pack(">IIBBBBB", SIDE, SIDE, depth, colour_type, 0, 0, interlaced)
    chunks = [(b"IHDR", header), (b"IDAT", compress(rows)), (b"IEND", b"")]
    if colour_type == INDEXED:
        chunks.insert(1, (b"PLTE", bytes(range(12))))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in chunks)


@pytest.mark.parametrize("value", [b"\0", b"\xff"], ids=["black", "white"])
@pytest.mark.parametrize(("depth", "colour_type", "length"), FORMS.values(), ids=FORMS)
def test_every_row_has_to_be_there(depth: int, colour_type: int, length: int, value: bytes) -> None:
    row = b"\0" + value * length
    whole = file_of(depth, colour_type, row * SIDE)
    assert decode(whole, SETTINGS).size == read_mask(whole, SETTINGS).shape == (SIDE, SIDE)
    for count in (0, 1, SIDE - 1):
        content = file_of(depth, colour_type, row * count)
        with pytest.raises(UnreadablePictureError):
            decode(content, SETTINGS)
        with pytest.raises(UnreadablePictureError):
            read_mask(content, SETTINGS)


@pytest.mark.parametrize("value", [b"\0", b"\xff"], ids=["black", "white"])
def test_every_pass_has_to_be_there(value: bytes) -> None:
    rows = [b"\0" + value * across for across, down in PASSES for _ in range(down)]
    assert decode(file_of(8, GREY, b"".join(rows), interlaced=True), SETTINGS).size == (SIDE, SIDE)
    for end in (len(rows) - 1, len(rows) - PASSES[-1][1]):
        with pytest.raises(UnreadablePictureError):
            decode(file_of(8, GREY, b"".join(rows[:end]), interlaced=True), SETTINGS)


def test_a_narrow_picture_lacks_some_passes() -> None:
    """The first column is in the passes 1, 3, 5 and 7 alone."""
    header = pack(">IIBBBBB", 1, SIDE, 8, GREY, 0, 0, True)
    for count, is_whole in ((SIDE, True), (SIDE - 1, False)):
        chunks = [(b"IHDR", header), (b"IDAT", compress(b"\0\xff" * count)), (b"IEND", b"")]
        content = b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in chunks)
        if is_whole:
            assert decode(content, SETTINGS).size == (1, SIDE)
        else:
            with pytest.raises(UnreadablePictureError):
                decode(content, SETTINGS)


def test_pixels_in_many_chunks_are_counted_together() -> None:
    packed = compress(bytes((SIDE + 1) * SIDE))
    pieces = b"".join(png_chunk(b"IDAT", packed[at : at + 1]) for at in range(len(packed)))
    whole = file_of(8, GREY, b"")
    start, end = whole.index(b"IDAT") - 4, whole.index(b"IEND") - 4
    for chunks in (pieces, pieces + png_chunk(b"IDAT", b"more"), png_chunk(b"IDAT", b"") + pieces):
        assert decode(whole[:start] + chunks + whole[end:], SETTINGS).size == (SIDE, SIDE)
