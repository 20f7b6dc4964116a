from struct import pack

import pytest
from PIL import Image

from cutout.decode.containers import MAX_SEGMENTS, split_jpeg
from cutout.decode.decode import decode
from cutout.decode.header import open_picture
from cutout.errors import UnreadablePictureError
from cutout.settings import Settings
from tests.samples import jpeg

PLAIN = jpeg()
SIZE = (64, 48)
COMMENT = b"\xff\xfe\0\x02"


def segment(kind: int, data: bytes) -> bytes:
    """One segment of a JPEG file."""
    return pack(">BBH", 0xFF, kind, len(data) + 2) + data


def laden(*extra: bytes) -> bytes:
    """The picture with something behind its first marker."""
    return PLAIN[:2] + b"".join(extra) + PLAIN[2:]


def test_metadata_goes_and_the_picture_stays() -> None:
    kinds = [0xE1, 0xE2, 0xED, 0xEF, 0xFE]
    assert split_jpeg(laden(*(segment(kind, b"words") for kind in kinds))).lean() == PLAIN
    assert split_jpeg(PLAIN).lean() == PLAIN


def test_the_profile_stays_unless_it_is_not_wanted() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1words")
    parts = split_jpeg(laden(profile))
    assert parts.lean() == laden(profile)
    assert parts.lean(profile=False) == PLAIN


def test_the_first_exif_counts_wherever_it_is() -> None:
    upside_down, sideways = Image.Exif(), Image.Exif()
    upside_down[0x0112], sideways[0x0112] = 3, 6
    xmp = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
    first, second = (segment(0xE1, each.tobytes()) for each in (sideways, upside_down))
    assert decode(laden(xmp, first, second), Settings()).size == SIZE[::-1]
    assert decode(laden(second, xmp, first), Settings()).size == SIZE


def test_the_picture_itself_is_not_searched() -> None:
    scan = b"\xff\xd8" + segment(0xDA, b"") + b"\xff\xe1\0\x04ab\xff\xd9"
    assert split_jpeg(scan).lean() == scan


@pytest.mark.parametrize("junk", [b"\xff" * 9, b"junk", b"\xff\0", b"\xff\xd8", b"\xff\x01"])
def test_what_decoders_skip_is_skipped(junk: bytes) -> None:
    assert split_jpeg(laden(junk)).lean() == PLAIN


@pytest.mark.parametrize(
    "broken",
    [b"", b"\xff", b"\xff\xd8", b"\xff\xd8\xff\xe1", b"\xff\xd8abc", b"\xff\xd8\xff\xe1\0\1abc"],
)
def test_without_a_scan_there_is_nothing(broken: bytes) -> None:
    assert split_jpeg(broken).lean() == b"\xff\xd8"


def test_segments_are_counted() -> None:
    own = len(split_jpeg(PLAIN).segments)
    most = laden(COMMENT * (MAX_SEGMENTS - own - 1))
    assert open_picture(most, Settings()).size == SIZE
    with pytest.raises(UnreadablePictureError):
        open_picture(laden(COMMENT * (MAX_SEGMENTS - own)), Settings())


def test_segments_after_the_scan_are_counted_as_well() -> None:
    own = len(split_jpeg(PLAIN).segments) + 1
    most = PLAIN[:-2] + COMMENT * (MAX_SEGMENTS - own)
    assert open_picture(most + PLAIN[-2:], Settings()).size == SIZE
    with pytest.raises(UnreadablePictureError):
        open_picture(most + COMMENT + PLAIN[-2:], Settings())
    assert open_picture(PLAIN + COMMENT * MAX_SEGMENTS, Settings()).size == SIZE


def test_what_a_phone_appends_is_no_scan() -> None:
    """A film behind the picture holds the bytes of a scan's marker by chance, megabytes of them."""
    for film in (b"\xff\xda" * 1000, b"\0\2" + b"\xff\xda\0\2" * 1000):
        assert open_picture(PLAIN + film, Settings()).size == SIZE
    inside = laden(segment(0xE5, b"\xff\xda" * 1000))
    assert open_picture(inside, Settings()).size == SIZE


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("kind", [2, 3, 5, 7, 10])
def test_a_broken_resolution_in_the_exif_fails_no_good_picture(kind: int, count: int) -> None:
    entries = pack(">HHHII", 1, 0x011A, kind, count, 0xFFFF)
    exif = b"Exif\0\0MM\0*" + pack(">I", 8) + entries + pack(">I", 0)
    # without the JFIF header, Pillow would ask the EXIF for the resolution
    bare = PLAIN[:2] + PLAIN[2 + 2 + int.from_bytes(PLAIN[4:6], "big") :]
    content = bare[:2] + segment(0xE1, exif) + bare[2:]
    assert open_picture(content, Settings()).size == SIZE


def test_a_broken_profile_marker_fails_no_good_picture() -> None:
    content = laden(segment(0xE2, b"ICC_PROFILE\0"))
    picture = decode(content, Settings())
    assert picture.size == SIZE
    assert picture.icc_profile is None


@pytest.mark.parametrize(("kind", "data"), [(0xE0, b"JFIF\0\1"), (0xEE, b"Adobe\0")])
def test_a_marker_that_ends_early_fails_no_good_picture(kind: int, data: bytes) -> None:
    expected = decode(PLAIN, Settings()).colour.tobytes()
    assert decode(laden(segment(kind, data)), Settings()).colour.tobytes() == expected


@pytest.mark.parametrize(("kind", "size"), [(0xE0, 14), (0xEE, 12)], ids=["JFIF", "Adobe"])
def test_a_segment_that_decides_pixels_has_a_least_size(kind: int, size: int) -> None:
    whole, short = segment(kind, bytes(size)), segment(kind, bytes(size - 1))
    assert split_jpeg(laden(short, whole)).lean() == laden(whole)


def test_cmyk_keeps_adobes_segment() -> None:
    content = jpeg(Image.new("CMYK", (8, 8)))
    assert b"Adobe" in split_jpeg(content).lean()
