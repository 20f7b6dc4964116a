from io import BytesIO

import pytest
from PIL import Image

from cutout.decode import header
from cutout.decode.header import has_coarse_chroma, open_picture
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


@pytest.mark.parametrize(("kind", "content"), [("JpegImageFile", jpeg()), ("PngImageFile", png())])
def test_too_little_memory_is_no_fault_of_the_file(
    kind: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_image(_file: BytesIO) -> None:
        raise MemoryError

    monkeypatch.setattr(header, kind, open_image)
    with pytest.raises(MemoryError):
        open_picture(content, SETTINGS)


def test_limits_from_the_inside() -> None:
    assert open_picture(png_header(100, 50), SETTINGS).size == (100, 50)


@pytest.mark.parametrize(
    ("kind", "mode", "options", "expected"),
    [
        ("JPEG", "RGB", {"subsampling": "4:2:0"}, True),
        ("JPEG", "RGB", {"subsampling": "4:2:2"}, True),
        ("JPEG", "RGB", {"subsampling": "4:2:0", "progressive": True}, True),
        ("JPEG", "RGB", {"subsampling": "4:4:4"}, False),
        ("JPEG", "CMYK", {}, False),
        ("JPEG", "L", {}, False),
        ("PNG", "RGB", {}, False),
        ("PNG", "P", {}, False),
        ("WEBP", "RGB", {}, True),
        ("WEBP", "RGBA", {}, True),
        ("WEBP", "RGB", {"lossless": True}, False),
        ("WEBP", "RGBA", {"lossless": True}, False),
    ],
)
def test_files_whose_colours_are_coarser_than_their_brightness(
    kind: str, mode: str, options: dict[str, object], expected: bool
) -> None:
    file = BytesIO()
    Image.new(mode, (64, 48)).save(file, kind, **options)
    assert has_coarse_chroma(open_picture(file.getvalue(), SETTINGS)) is expected


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_an_animated_webp_counts_by_its_first_frame(mode: str, lossless: bool) -> None:
    file, more = BytesIO(), [Image.new(mode, (64, 48), "red")]
    first = Image.new(mode, (64, 48))
    first.save(file, "WEBP", lossless=lossless, save_all=True, append_images=more)
    assert has_coarse_chroma(open_picture(file.getvalue(), SETTINGS)) is not lossless
