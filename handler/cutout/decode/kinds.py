"""Name the type of a file by its first bytes, including types that are not accepted."""

import re

from cutout.decode.riff import is_webp
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
MARKUP = re.compile(
    rb"\s*+(?>(?:<\?.*?\?>|<!--.*?-->)\s*+)*+<(?:!doctype\s++)?(svg|html)\b",
    re.IGNORECASE | re.DOTALL,
)
"""The first element or document type, after declarations and comments. Nothing is tried twice, so
that no text takes long."""
TEXT_BYTES = 1024
"""Bytes in which a text must show its type."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
AVIF = frozenset({b"avif", b"avis"})
HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
HEIF = frozenset({b"mif1", b"msf1", b"mif2", b"miaf"})
"""Brands that HEIC and AVIF share: the compatible brands tell which a file is."""
FILMS = frozenset(
    {
        *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"),
        *(b"mp41", b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash", b"f4v "),
        *(b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a"),
    }
)


def kind_of(content: bytes) -> str:
    """Return the type that a file's first bytes show, such as `heic` or `mp4`, or `unknown`."""
    if content[4:8] == b"ftyp":
        return _kind_of_media(content)
    if is_webp(content):
        return "webp"
    if BMP.match(content):
        return "bmp"
    start = content[:LONGEST]
    found = (kind for beginning, kind in BEGINNINGS.items() if start.startswith(beginning))
    return next(found, None) or _kind_of_text(content[:TEXT_BYTES].removeprefix(BYTE_ORDER_MARK))


MIN_PICTURE_BYTES = 24
"""Minimum bytes of a picture in any of these formats. In a shorter file, the first bytes are all
there is, and 1.0.0's recorded answer to it names no type."""


def unsupported(content: bytes, accepted: str = "JPEG and PNG") -> UnsupportedTypeError:
    """Return the error of a file, which names its type. `accepted` lists the accepted types."""
    return UnsupportedTypeError(kind_of(content), accepted, named=len(content) >= MIN_PICTURE_BYTES)


def _kind_of_media(content: bytes) -> str:
    """Return the type of an ISO base media file, by its brands, or `unknown`."""
    major, size = content[8:12], min(int.from_bytes(content[:4], "big"), TEXT_BYTES)
    if major in HEIF:
        others = {content[at : at + 4] for at in range(16, size, 4)}
        return "avif" if others & AVIF else "heic"
    kinds = {"avif": AVIF, "heic": HEIC, "mp4": FILMS, "mov": {b"qt  "}}
    return next((kind for kind, brands in kinds.items() if major in brands), "unknown")


def _kind_of_text(start: bytes) -> str:
    found = MARKUP.match(start)
    return found[1].decode().lower() if found else "unknown"
