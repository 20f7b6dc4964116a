"""The chunks of a PNG file (PNG, Third Edition, section 5), told apart before Pillow sees them.

Pillow unpacks every text, and a file of 16 MB may have a million empty ones. What it gets is lean:
the pixels, their palette and transparent colour, and the EXIF. The ICC profile is unpacked here,
under a limit of its own. Of an animation that is the picture which everyone sees who knows of none.
"""

import zlib
from collections.abc import Iterator

from cutout.decode.icc import MAX_PROFILE_BYTES
from cutout.errors import UnreadablePictureError

MAX_CHUNKS = 100_000
"""Encoders write some thousand into a file of 16 MB."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND"
TRANSPARENT_COLOUR = b"tRNS"
PROFILE, EXIF, PIXELS = b"iCCP", b"eXIf", b"IDAT"
MAX_EXIF_BYTES = 4 << 20
DEFLATE = 0  # the only method there is


def lean_png(content: bytes, *, exif: bool = True) -> bytes:
    """The file with nothing that isn't needed, with or without EXIF. Raises
    `UnreadablePictureError` where there are more than `MAX_CHUNKS`."""
    return b"".join((SIGNATURE, *_kept(content, exif)))


def png_profile(content: bytes) -> bytes | None:
    """Return the ICC profile of a PNG file, unpacked; None where there is none before the pixels,
    or one that is broken or over `MAX_PROFILE_BYTES`."""
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content) or name in {PIXELS, END}:
            return None
        if name == PROFILE:
            named = zlib.crc32(content[at + 4 : end - 4]).to_bytes(4, "big")
            return _unpacked(content[at + 8 : end - 4]) if named == content[end - 4 : end] else None
        at = end
    return None


def _unpacked(chunk: bytes) -> bytes | None:
    """Return what an iCCP chunk holds: a name, a zero byte, the method, and the packed profile."""
    _, _, packed = chunk.partition(b"\0")
    if packed[:1] != bytes((DEFLATE,)):
        return None
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return None if unpacker.unconsumed_tail else profile


def _kept(content: bytes, exif: bool) -> Iterator[bytes]:
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            yield content[
                at:
            ]  # cut off: how much of the picture that costs is the decoder's matter
            return
        if _is_needed(name, length, exif):
            yield content[at:end]
        if name == END:
            return
        at = end
    raise UnreadablePictureError


def _is_needed(name: bytes, length: int, exif: bool) -> bool:
    if name == EXIF:
        return exif and length <= MAX_EXIF_BYTES
    critical = name[:1].isupper()
    return critical or name == TRANSPARENT_COLOUR
