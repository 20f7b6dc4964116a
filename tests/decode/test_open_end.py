"""JPEG files that end before their end marker."""

import re

import numpy as np
import pytest
from PIL import Image

from cutout.decode.decode import decode, decode_with
from cutout.decode.open_end import MAX_SCANS, with_end
from cutout.errors import ResolutionTooBigError, UnreadablePictureError
from cutout.settings import Settings
from tests.samples import PHOTOS, jpeg

SETTINGS = Settings()
SCAN_PARTS = re.compile(rb"\xff[\xd0-\xd7\xda]")
SCAN_END = re.compile(rb"\xff[^\x00]")

KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts by row": {"restart_marker_rows": 1},
    "restarts by block": {"restart_marker_blocks": 3},
    "fine colours": {"subsampling": 0},
}


def photo(mode: str = "RGB") -> Image.Image:
    with Image.open(PHOTOS / "astronaut-160.jpg") as image:
        return image.convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_without_its_end_marker_a_picture_is_the_same(
    options: dict[str, object], mode: str
) -> None:
    content = jpeg(photo(mode), **options)
    expected = np.asarray(decode(content, SETTINGS).colour)
    for ending in (b"", b"\xff", b"\xff\xff", bytes(9)):
        found = decode(content[:-2] + ending, SETTINGS)
        assert np.array_equal(np.asarray(found.colour), expected), ending


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_missing_pixels_are_not_made_up(options: dict[str, object]) -> None:
    content = jpeg(photo(), **options)
    markers = [each.start() for each in SCAN_PARTS.finditer(content)]
    for end in [*range(len(content) - 40, len(content) - 3), *markers]:
        with pytest.raises(UnreadablePictureError):
            decode(content[:end], SETTINGS)


def test_the_picture_is_upright_and_keeps_its_limits() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = jpeg(photo().resize((60, 40)), exif=exif)[:-2]
    assert decode(content, SETTINGS).size == (40, 60)
    with pytest.raises(ResolutionTooBigError):
        decode(content, Settings(max_side=59))


def test_the_number_of_scans_is_limited() -> None:
    content = jpeg(photo("L"), progressive=True)[:-2]
    start = content.index(b"\xff\xda")
    end = start + 2 + next(SCAN_END.finditer(content[start + 2 :])).start()
    own, scan = content.count(b"\xff\xda"), content[start:end]
    for count, accepted in ((MAX_SCANS, True), (MAX_SCANS + 1, False)):
        laden = content[:start] + scan * (count - own) + content[start:]
        assert (with_end(laden) is not None) == accepted


@pytest.mark.parametrize("errors", [[MemoryError()], [ValueError(), MemoryError()]])
def test_too_little_memory_is_no_fault_of_the_file(errors: list[Exception]) -> None:
    left = iter(errors)

    def convert(_image: Image.Image) -> None:
        raise next(left)

    with pytest.raises(MemoryError):
        decode_with(convert, jpeg(photo())[:-2], SETTINGS, webp=True)


def test_nothing_is_done_to_a_file_that_has_an_end() -> None:
    content = jpeg(photo())
    assert with_end(content) is None
    assert with_end(content + b"a film") is None
