from struct import pack

import pytest

from handler.decode.header import open_picture
from handler.decode.segments import without_exif
from handler.settings import Settings
from tests.samples import jpeg


def segment(kind: int, data: bytes) -> bytes:
    """One segment of a JPEG file."""
    return pack(">BBH", 0xFF, kind, len(data) + 2) + data


def test_only_exif_goes() -> None:
    plain = jpeg()
    comment = segment(0xFE, b"comment")
    laden = plain[:2] + segment(0xE1, b"a") + comment + segment(0xE1, b"b") + plain[2:]
    assert without_exif(laden) == plain[:2] + comment + plain[2:]
    assert without_exif(plain) == plain


def test_the_picture_itself_is_not_searched() -> None:
    scan = b"\xff\xd8" + segment(0xDA, b"") + b"\xff\xe1\0\x04ab\xff\xd9"
    assert without_exif(scan) == scan


@pytest.mark.parametrize("broken", [b"", b"\xff", b"\xff\xd8", b"\xff\xd8\xff\xe1", b"\xff\xd8abc"])
def test_what_is_no_jpeg_stays(broken: bytes) -> None:
    assert without_exif(broken) == broken


@pytest.mark.parametrize("length", [0, 1])
def test_an_impossible_length_ends_the_walk(length: int) -> None:
    broken = b"\xff\xd8\xff\xe1" + pack(">H", length) + b"abc"
    assert without_exif(broken) == broken


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("kind", [2, 3, 5, 7, 10])
def test_a_broken_resolution_in_the_exif_fails_no_good_picture(kind: int, count: int) -> None:
    entries = pack(">HHHII", 1, 0x011A, kind, count, 0xFFFF)
    exif = b"Exif\0\0MM\0*" + pack(">I", 8) + entries + pack(">I", 0)
    plain = jpeg()
    # without the JFIF header, Pillow asks the EXIF for the resolution
    bare = plain[:2] + plain[2 + 2 + int.from_bytes(plain[4:6], "big") :]
    content = bare[:2] + segment(0xE1, exif) + bare[2:]
    assert open_picture(content, Settings()).size == (64, 48)
