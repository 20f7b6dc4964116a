from zlib import compress

import pytest

from cutout.decode.containers import (
    MAX_CHUNKS,
    MAX_EXIF_BYTES,
    SIGNATURE,
    colour_chunks,
    lean_png,
    png_profile,
)
from cutout.decode.decode import decode
from cutout.decode.header import open_picture
from cutout.decode.icc import MAX_PROFILE_BYTES
from cutout.errors import UnreadablePictureError
from cutout.settings import Settings
from tests.decode.test_decode import SRGB
from tests.samples import png, png_chunk

PLAIN = png()
SIZE = (64, 48)
HEAD = 8 + 25  # signature and IHDR
SETTINGS = Settings()


def laden(*extra: bytes) -> bytes:
    """The picture with chunks behind its header."""
    return PLAIN[:HEAD] + b"".join(extra) + PLAIN[HEAD:]


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"acTL", b"fcTL", b"x1_2"])
def test_what_is_not_needed_goes(name: bytes) -> None:
    assert lean_png(laden(png_chunk(name, b"words"))) == PLAIN


def test_exif_stays_up_to_its_limit() -> None:
    most = laden(png_chunk(b"eXIf", bytes(MAX_EXIF_BYTES)))
    assert lean_png(most) == most
    assert lean_png(most, exif=False) == PLAIN
    assert lean_png(laden(png_chunk(b"eXIf", bytes(MAX_EXIF_BYTES + 1)))) == PLAIN


def test_the_first_exif_counts() -> None:
    first, second = png_chunk(b"eXIf", b"MM"), png_chunk(b"eXIf", b"II")
    assert lean_png(laden(first, second)) == laden(first)


def packed(profile: bytes) -> bytes:
    return png_chunk(b"iCCP", b"a\0\0" + compress(profile))


def test_a_profile_is_unpacked_up_to_its_limit_and_kept_from_pillow() -> None:
    most = laden(packed(bytes(MAX_PROFILE_BYTES)))
    assert png_profile(colour_chunks(most)) == bytes(MAX_PROFILE_BYTES)
    assert lean_png(most) == PLAIN
    assert png_profile(colour_chunks(laden(packed(bytes(MAX_PROFILE_BYTES + 1))))) is None


def test_only_a_profile_before_the_pixels_counts() -> None:
    assert png_profile(colour_chunks(laden(packed(b"first"), packed(b"second")))) == b"first"
    assert png_profile(colour_chunks(PLAIN[:-12] + packed(b"late") + PLAIN[-12:])) is None
    assert png_profile(colour_chunks(PLAIN[:HEAD] + packed(b"cut off")[:-1])) is None


@pytest.mark.parametrize(
    "start",
    [
        PLAIN[8:HEAD].replace(b"IHDR", b"3HDR"),
        png_chunk(b"IHDR", bytes(4)) + png_chunk(b"tEXt", bytes(0x20000)),
    ],
    ids=["another chunk", "a short header"],
)
def test_only_a_whole_header_tells_the_colour_type(start: bytes) -> None:
    colour = png_chunk(b"tRNS", b"\0\1\0\2\0\3")
    assert colour in lean_png(laden(colour))
    broken = SIGNATURE + start + colour + PLAIN[HEAD:]
    assert broken[25] == PLAIN[25] == 2, "RGB"
    lean = lean_png(broken)
    assert colour not in lean
    assert lean_png(lean) == lean


def test_what_is_behind_the_end_goes() -> None:
    assert lean_png(PLAIN + b"words") == PLAIN


def test_what_is_cut_off_stays() -> None:
    assert lean_png(PLAIN[:-20]) == PLAIN[:-20]


def test_chunks_are_counted() -> None:
    text = png_chunk(b"tEXt", b"")
    own = PLAIN.count(b"IDAT") + 2
    assert open_picture(laden(text * (MAX_CHUNKS - own)), SETTINGS).size == SIZE
    with pytest.raises(UnreadablePictureError):
        open_picture(laden(text * (MAX_CHUNKS - own + 1)), SETTINGS)


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"iCCP", b"a\0\0" + b"no deflate"),
        png_chunk(b"iCCP", b"a\0\7" + compress(SRGB)),  # no such method
        png_chunk(b"iCCP", b"a\0\0" + compress(bytes(MAX_PROFILE_BYTES + 1))),
        png_chunk(b"iCCP", b""),
        png_chunk(b"eXIf", b"words"),
        png_chunk(b"eXIf", b"words")[:-4] + b"\0\0\0\0",  # a wrong checksum
        png_chunk(b"tEXt", b"words")[:-4] + b"\0\0\0\0",
        png_chunk(b"iCCP", b"a\0\0" + compress(SRGB))[:-4] + b"\0\0\0\0",
    ],
)
def test_broken_metadata_fails_no_good_picture(chunk: bytes) -> None:
    picture = decode(laden(chunk), SETTINGS)
    assert picture.size == SIZE
    assert picture.icc_profile is None


def test_a_large_profile_is_kept() -> None:
    """Some for printers hold 2 MB of tables; Pillow's own limit is 1 MB."""
    large = bytearray(SRGB) + bytes(2 << 20)
    large[:4] = len(large).to_bytes(4, "big")
    content = laden(png_chunk(b"iCCP", b"a\0\0" + compress(bytes(large))))
    assert decode(content, SETTINGS).icc_profile == bytes(large)
