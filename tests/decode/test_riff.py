"""WebP files: sound ones, animations, bombs and broken ones."""

from struct import pack

import numpy as np
import pytest
from PIL import Image, ImageCms

from cutout.decode.containers import MAX_EXIF_BYTES
from cutout.decode.decode import decode
from cutout.decode.icc import MAX_PROFILE_BYTES
from cutout.decode.riff import MAX_CHUNKS, split_webp
from cutout.errors import (
    PictureError,
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from cutout.settings import Settings
from tests.samples import gradient, webp

SETTINGS = Settings(max_side=100, max_pixels=5000)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SMALL = gradient(64, 48)


def file_of(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        name + pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks
    )
    return b"RIFF" + pack("<I", len(body)) + body


def extended(width: int, height: int, flags: int = 0) -> tuple[bytes, bytes]:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes((flags, 0, 0, 0)) + sizes


def lossy(width: int, height: int) -> tuple[bytes, bytes]:
    return b"VP8 ", b"\x10\0\0\x9d\x01\x2a" + pack("<HH", width, height) + bytes(20)


def lossless(width: int, height: int) -> tuple[bytes, bytes]:
    return b"VP8L", b"\x2f" + pack("<I", (width - 1) | (height - 1) << 14) + bytes(20)


KINDS: dict[str, dict[str, object]] = {
    "lossy": {},
    "lossless": {"lossless": True},
    "an animation": {"save_all": True},
    "metadata": {"exif": b"Exif\0\0", "icc_profile": PROFILE, "xmp": b"<x/>"},
}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (2, 70), (97, 51), (16383, 3)])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_the_size_is_known_before_it_is_opened(
    options: dict[str, object], size: tuple[int, int], mode: str
) -> None:
    image = Image.new(mode, size)
    image.putpixel((0, 0), (255, 0, 0, 100)[: len(mode)])
    other = Image.new(mode, size, "blue")
    content = webp(image, append_images=[other], **options)
    assert split_webp(content).size == size
    exactly = Settings(max_side=max(size), max_pixels=size[0] * size[1])
    assert decode(content, exactly).size == size


@pytest.mark.parametrize("more", [0, 1])
def test_metadata_stays_up_to_its_limits(more: int) -> None:
    exif, profile = bytes(MAX_EXIF_BYTES + more), bytes(MAX_PROFILE_BYTES + more)
    parts = split_webp(file_of((b"EXIF", exif), (b"ICCP", profile), lossless(9, 9)))
    assert parts.exif == (b"" if more else exif)
    assert parts.icc_profile == (None if more else profile)


@pytest.mark.parametrize("exact", [True, False])
def test_colours(exact: bool) -> None:
    picture = decode(webp(SMALL, lossless=exact, quality=95), SETTINGS)
    difference = np.abs(np.asarray(picture.colour).astype(int) - np.asarray(SMALL))
    assert difference.mean() < (0.01 if exact else 6)
    assert picture.own_alpha is None


def test_alpha() -> None:
    image = SMALL.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    picture = decode(webp(image, lossless=True, exact=True), SETTINGS)
    assert picture.own_alpha is not None
    assert np.array_equal(picture.own_alpha, np.asarray(image.getchannel("A")))
    assert np.array_equal(np.asarray(picture.colour), np.asarray(SMALL))


def test_the_profile_and_the_orientation() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = webp(SMALL, exif=exif, icc_profile=PROFILE, xmp=b"<secret/>")
    picture = decode(content, SETTINGS)
    assert picture.size == (48, 64)
    assert picture.icc_profile is not None
    assert b"secret" not in split_webp(content).lean


def test_an_animation_is_its_first_frame() -> None:
    red, blue = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    content = webp(red, save_all=True, append_images=[blue] * 5, duration=100, lossless=True)
    lean = split_webp(content).lean
    assert lean.count(b"ANMF") == 1
    assert decode(content, SETTINGS).colour.getpixel((30, 20)) == (255, 0, 0)


@pytest.mark.parametrize("opaque", [0, 1], ids=["around", "everywhere"])
def test_an_animation_is_transparent_around_its_first_frame(opaque: int) -> None:
    """Encoders crop a frame to its visible part, which may be opaque."""
    first, second = (Image.new("RGBA", (64, 48), (0, 0, 0, 255 * opaque)) for _ in range(2))
    first.paste("red", (10, 6, 30, 20))
    second.paste("blue", (14, 6, 34, 20))
    content = webp(first, save_all=True, append_images=[second], lossless=True)
    alpha = decode(content, SETTINGS).own_alpha
    assert (alpha is None) == bool(opaque)
    if alpha is not None:
        assert Image.fromarray(alpha).getbbox() == (10, 6, 30, 20)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (file_of(extended(101, 1), lossy(9, 9)), ResolutionTooBigError),
        (file_of(extended(16384, 16384), lossy(9, 9)), TooManyPixelsError),
        (file_of(extended(1 << 24, 1 << 24), lossless(9, 9)), TooManyPixelsError),
        (file_of(lossy(101, 1)), ResolutionTooBigError),
        (file_of(lossless(100, 51)), TooManyPixelsError),
        (file_of(extended(9, 9), lossless(101, 1)), ResolutionTooBigError),
        (file_of(lossy(0, 9)), UnreadablePictureError),
        (file_of(lossy(9, 9)), UnreadablePictureError),
        (file_of(extended(9, 9)), UnreadablePictureError),
        (file_of((b"VP8 ", b"")), UnreadablePictureError),
        (file_of((b"VP8X", b"\0")), UnreadablePictureError),
        (file_of((b"VP8X", b""), lossless(9, 9)), UnreadablePictureError),
        (file_of((b"VP8L", b"")), UnreadablePictureError),
        (file_of((b"VP8L", b"\x2f")), UnreadablePictureError),
        (file_of((b"VP8L", b"\0" * 30)), UnreadablePictureError),
        (file_of(), UnreadablePictureError),
        (b"RIFF\0\0\0\0WEBP", UnreadablePictureError),
        (file_of(*[(b"XMP ", b"")] * (MAX_CHUNKS + 1), lossy(9, 9)), UnreadablePictureError),
    ],
)
def test_what_is_refused_before_a_pixel_is_decoded(
    content: bytes, error: type[PictureError]
) -> None:
    with pytest.raises(error):
        decode(content, SETTINGS)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_ends_early(part: float) -> None:
    content = webp(SMALL, lossless=True)
    with pytest.raises(UnreadablePictureError):
        decode(content[: int(len(content) * part)], SETTINGS)


def test_what_stands_behind_the_picture_is_nothing() -> None:
    assert decode(webp(SMALL) + b"more" * 100, SETTINGS).size == (64, 48)


def test_refused_where_it_is_not_accepted() -> None:
    with pytest.raises(UnsupportedTypeError, match="Only JPEG and PNG images"):
        decode(webp(SMALL), SETTINGS, webp=False)
