"""The segments of a JPEG file (ITU-T T.81, annex B)."""

from collections.abc import Iterator

START_OF_SCAN = 0xDA
EXIF_AND_XMP = 0xE1  # APP1


def without_exif(content: bytes) -> bytes:
    """The JPEG file without its APP1 segments; what is no sound sequence of segments stays as it
    is, from there on."""
    return content[:2] + b"".join(_kept(content))


def _kept(content: bytes) -> Iterator[bytes]:
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        kind, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == START_OF_SCAN or length < 2:
            break
        if kind != EXIF_AND_XMP:
            yield content[at : at + 2 + length]
        at += 2 + length
    yield content[at:]
