"""Files of other types are named in the message."""

from collections.abc import Callable
from io import BytesIO

import pytest

from cutout.decode.header import open_picture
from cutout.decode.kinds import kind_of
from cutout.errors import UnsupportedTypeError
from cutout.settings import Settings
from tests.samples import gradient


def drawn(format: str) -> Callable[[], bytes]:  # noqa: A002
    """A picture of a format that Pillow writes."""

    def draw() -> bytes:
        file = BytesIO()
        gradient().save(file, format)
        return file.getvalue()

    return draw


def media(major: bytes, *others: bytes) -> bytes:
    """The start of an ISO base media file."""
    brands = b"ftyp" + major + bytes(4) + b"".join(others)
    return (len(brands) + 4).to_bytes(4, "big") + brands + bytes(99)


def box(name: bytes) -> Callable[[], bytes]:
    return lambda: b"\0\0\0\x0c" + name + b"\r\n\x87\n" + bytes(99)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'
NAMED: dict[str, tuple[Callable[[], bytes], str]] = {
    "gif": (drawn("GIF"), "GIF"),
    "bmp": (drawn("BMP"), "BMP"),
    "tiff": (drawn("TIFF"), "TIFF"),
    "tiff, big": (lambda: b"MM\0+" + bytes(99), "TIFF"),
    "ico": (drawn("ICO"), "ICO"),
    "pdf": (drawn("PDF"), "PDF"),
    "eps": (drawn("EPS"), "EPS"),
    "webp": (drawn("WEBP"), "WebP"),
    "jp2": (drawn("JPEG2000"), "JPEG 2000"),
    "jp2, bare": (lambda: b"\xff\x4f\xff\x51" + bytes(99), "JPEG 2000"),
    "psd": (lambda: b"8BPS\0\1" + bytes(99), "PSD"),
    "jxl": (lambda: b"\xff\x0a" + bytes(99), "JPEG XL"),
    "jxl, boxed": (box(b"JXL "), "JPEG XL"),
    "heic": (lambda: media(b"heic", b"mif1"), "HEIC"),
    "heic, general": (lambda: media(b"mif1", b"heic", b"miaf"), "HEIC"),
    "avif": (lambda: media(b"avif", b"mif1"), "AVIF"),
    "avif, general": (lambda: media(b"mif1", b"miaf", b"avif"), "AVIF"),
    "heic, sequence": (lambda: media(b"hevx"), "HEIC"),
    "heic, newer general": (lambda: media(b"mif2", b"heix"), "HEIC"),
    "avif, newer general": (lambda: media(b"miaf", b"avif"), "AVIF"),
    "mp4": (lambda: media(b"isom"), "MP4"),
    "mp4, of a phone": (lambda: media(b"3gp5"), "MP4"),
    "mov": (lambda: media(b"qt  "), "QuickTime"),
    "svg": (lambda: SVG, "SVG"),
    "svg, declared": (lambda: b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->" + SVG, "SVG"),
    "svg, typed": (lambda: b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN'>" + SVG, "SVG"),
    "html": (lambda: b"\n<!doctype html><title>Not found</title>", "HTML"),
    "html with a logo": (lambda: b"\n<!DOCTYPE html><body>" + SVG, "HTML"),
    "html, saved": (lambda: b"<!-- saved --><!-- a --><HTML lang=en>" + SVG, "HTML"),
    "xhtml": (lambda: b"<?xml version='1.0'?>\n<html>" + SVG, "HTML"),
}


@pytest.mark.parametrize(("make", "name"), NAMED.values(), ids=NAMED)
def test_a_type_is_named(make: Callable[[], bytes], name: str) -> None:
    with pytest.raises(UnsupportedTypeError) as caught:
        open_picture(make(), Settings(), webp=False)
    assert str(caught.value) == (
        f"Unsupported file type: {name}. Only JPEG and PNG images are accepted."
    )


@pytest.mark.parametrize(
    "content",
    [
        *(b"text" * 9, b"BMW and other cars, a list of them", b"<?xml version='1.0'?><rss></rss>"),
        *(bytes(99), b"%PDF-1.7", b"GIF89a", b"<svg/>"),
        *(media(b"crx "), media(b"M4A "), media(b"abcd"), b"  see <svg> in the docs of it"),
        *(b"<htmlx>" + bytes(99), b"<!-- <svg> " + SVG),
    ],
)
def test_an_unknown_type_or_a_bare_signature_is_not_named(content: bytes) -> None:
    with pytest.raises(UnsupportedTypeError, match=r"^Unsupported file type\. Only"):
        open_picture(content, Settings(), webp=False)


def test_no_text_takes_long() -> None:
    """Comments and declarations that end nowhere are not tried in every combination."""
    assert kind_of(b"<!-- -->" * 200) == kind_of(b"<?a?>" * 200 + b"<" * 999) == "unknown"
    assert kind_of(b"<!--" * 300) == kind_of(b" " * 2000) == "unknown"


@pytest.mark.parametrize("length", range(40))
def test_a_cut_off_file_raises_nothing(length: int) -> None:
    for make, _ in NAMED.values():
        assert kind_of(make()[:length])
