"""Name the type of a file by its first bytes, also types that this service does not read."""

import re

from cutout.errors import UnsupportedTypeError

BEGINNINGS = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF8": "gif",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",  # BigTIFF
    b"MM\0+": "tiff",
    b"%PDF": "pdf",
    b"8BPS": "psd",
    b"\xff\x0a": "jxl",
    b"\0\0\0\x0cJXL \r\n\x87\n": "jxl",
    b"\0\0\0\x0cjP  \r\n\x87\n": "jp2",
    b"\xff\x4f\xff\x51": "jp2",
    b"\0\0\1\0": "ico",
    b"%!PS": "eps",
}
LONGEST = 12
"""Bytes of the longest beginning."""
BMP = re.compile(rb"BM.{4}\0{4}", re.DOTALL)  # "BM" alone may begin a text
TEXTS = {
    re.compile(rb"(?:<\?xml|<!--|<!doctype svg|\s)[^\0]*?<svg[\s>]|<svg", re.IGNORECASE): "svg",
    re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE): "html",
}
TEXT_BYTES = 1024
"""Bytes in which a text must show its type."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BRANDS = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
    b"qt  ": "mov",
}
"""Brands of the ISO base media file format; an unknown one is a film."""
GENERAL_BRANDS = frozenset({b"mif1", b"msf1"})
"""Brands of HEIC and AVIF, of which the compatible brands tell one from the other."""


def kind_of(content: bytes) -> str:
    """Return the type that a file's first bytes show, such as `heic` or `mp4`, or `unknown`."""
    if content[4:8] == b"ftyp":
        return _kind_of_media(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if BMP.match(content):
        return "bmp"
    start = content[:LONGEST]
    found = (kind for beginning, kind in BEGINNINGS.items() if start.startswith(beginning))
    return next(found, None) or _kind_of_text(content[:TEXT_BYTES].removeprefix(BYTE_ORDER_MARK))


SMALLEST = 24
"""Minimum bytes of a picture in any of these formats. In a shorter file, the first bytes are all
there is, and 1.0.0's recorded answer to it names no type."""


def unsupported(content: bytes, accepted: str = "JPEG and PNG") -> UnsupportedTypeError:
    """Return the error of a file, which names its type. `accepted` lists the accepted types."""
    return UnsupportedTypeError(kind_of(content), accepted, named=len(content) >= SMALLEST)


def _kind_of_media(content: bytes) -> str:
    """Return the type of an ISO base media file, by its brands."""
    major, size = content[8:12], min(int.from_bytes(content[:4], "big"), TEXT_BYTES)
    if major in GENERAL_BRANDS:
        others = {content[at : at + 4] for at in range(16, size, 4)}
        return "avif" if others & {b"avif", b"avis"} else "heic"
    return BRANDS.get(major, "mp4")


def _kind_of_text(start: bytes) -> str:
    found = (kind for pattern, kind in TEXTS.items() if pattern.match(start))
    return next(found, "unknown")
