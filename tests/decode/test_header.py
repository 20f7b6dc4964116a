import pytest

from cutout.decode.header import open_picture
from cutout.errors import (
    PictureError,
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from cutout.settings import Settings
from tests.samples import jpeg, png, png_header

SETTINGS = Settings(max_side=100, max_pixels=5000)


@pytest.mark.parametrize("content", [jpeg(), png()])
def test_a_header_tells_the_size(content: bytes) -> None:
    assert open_picture(content, SETTINGS).size == (64, 48)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", UnreadablePictureError),
        (b"GIF89a", UnsupportedTypeError),
        (b"\xff\xd8\xff", UnreadablePictureError),
        (b"\x89PNG\r\n\x1a\n", UnreadablePictureError),
        (png_header(101, 1), ResolutionTooBigError),
        (png_header(1, 101), ResolutionTooBigError),
        (png_header(100, 51), TooManyPixelsError),
        (png_header(0, 1), UnreadablePictureError),
    ],
)
def test_what_is_refused(content: bytes, error: type[PictureError]) -> None:
    with pytest.raises(error):
        open_picture(content, SETTINGS)


def test_a_progressive_jpeg_may_not_repeat_its_scans_without_end() -> None:
    content = jpeg(progressive=True)
    at = content.rindex(b"\xff\xda")
    scan = content[at:-2]
    start = content.count(b"\xff\xda")
    inside = content[:-2] + scan * (100 - start) + b"\xff\xd9"
    assert open_picture(inside, SETTINGS).size == (64, 48)
    with pytest.raises(UnreadablePictureError):
        open_picture(inside[:-2] + scan + b"\xff\xd9", SETTINGS)


def test_limits_from_the_inside() -> None:
    assert open_picture(png_header(100, 50), SETTINGS).size == (100, 50)
