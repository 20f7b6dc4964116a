"""The chunks of a PNG file (PNG, Third Edition, section 5), told apart before Pillow sees them.

Pillow unpacks every text, and a file of 16 MB may have a million empty ones. What it gets is lean:
the pixels, their palette and transparent colour, the ICC profile and the EXIF. Of an animation that
is the picture which everyone sees who knows of none.
"""

from collections.abc import Iterator

from handler.errors import UnreadablePictureError

MAX_CHUNKS = 100_000
"""Encoders write some thousand into a file of 16 MB."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND"
TRANSPARENT_COLOUR = b"tRNS"
METADATA = frozenset({b"iCCP", b"eXIf"})
MAX_METADATA_BYTES = 4 << 20


def lean_png(content: bytes, *, metadata: bool = True) -> bytes:
    """The file with nothing that isn't needed, with or without ICC profile and EXIF. Raises
    `UnreadablePictureError` where there are more than `MAX_CHUNKS`."""
    return b"".join((SIGNATURE, *_kept(content, metadata)))


def _kept(content: bytes, metadata: bool) -> Iterator[bytes]:
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            yield content[
                at:
            ]  # cut off: how much of the picture that costs is the decoder's matter
            return
        if _is_needed(name, length, metadata):
            yield content[at:end]
        if name == END:
            return
        at = end
    raise UnreadablePictureError


def _is_needed(name: bytes, length: int, metadata: bool) -> bool:
    if name in METADATA:
        return metadata and length <= MAX_METADATA_BYTES
    critical = name[:1].isupper()
    return critical or name == TRANSPARENT_COLOUR
