"""Split a WebP file (RFC 9649) into its chunks before Pillow sees them.

libwebp allocates a canvas of the announced size as soon as it opens a file, and Pillow keeps every
chunk. What it gets is lean: the first frame, after its size is known to be allowed. EXIF and the
ICC profile are taken out here and bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cutout.decode.containers import MAX_EXIF_BYTES
from cutout.decode.icc import MAX_PROFILE_BYTES
from cutout.errors import UnreadablePictureError

MAX_CHUNKS = 10_000
SIGNATURE_LENGTH, FRAME_HEADER = 12, 16
ANIMATED, HAS_ALPHA = 0x02, 0x10
"""Flags in the first byte of `VP8X`."""
EXTENDED, LOSSY, LOSSLESS, ALPHA = b"VP8X", b"VP8 ", b"VP8L", b"ALPH"
ANIMATION, FRAME, PROFILE, EXIF = b"ANIM", b"ANMF", b"ICCP", b"EXIF"
START_CODE, LOSSLESS_CODE = b"\x9d\x01\x2a", b"\x2f"


@dataclass(frozen=True)
class WebpParts:
    """Hold a WebP file of one frame without metadata, and the metadata taken out of it.

    `size` is the width and height, in pixels, that the header announces. A lossy file stores chroma
    at half the resolution.
    """

    lean: bytes
    size: tuple[int, int]
    is_lossy: bool
    exif: bytes = b""
    icc_profile: bytes | None = None


def is_webp(content: bytes) -> bool:
    """Return whether the file starts with the signature of a WebP."""
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def split_webp(content: bytes) -> WebpParts:
    """Return the parts of a WebP file.

    Raise `UnreadablePictureError` for a broken header or more than `MAX_CHUNKS` chunks.
    """
    kept: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    exif, profile, frames, images, is_lossy = b"", None, 0, 0, False
    for name, data in _chunks(content):
        if name == EXIF:
            exif = exif or (data if len(data) <= MAX_EXIF_BYTES else b"")
        elif name == PROFILE:
            profile = profile or (data if len(data) <= MAX_PROFILE_BYTES else None)
        elif name == EXTENDED:
            sizes.append(_extended_size(data))
            kept.append(_chunk(name, _with_alpha(data)))
        elif name == FRAME and not frames:
            frames += 1
            is_lossy |= data[FRAME_HEADER:][:4] in (LOSSY, ALPHA)
            kept.append(_chunk(name, data))
        elif name in (LOSSY, LOSSLESS) and not images:
            images += 1
            is_lossy |= name == LOSSY
            sizes.append(_lossy_size(data) if name == LOSSY else _lossless_size(data))
            kept.append(_chunk(name, data))
        elif name in (ALPHA, ANIMATION):
            kept.append(_chunk(name, data))
    if not sizes or not frames + images:
        raise UnreadablePictureError
    body = b"WEBP" + b"".join(kept)
    size = (max(width for width, _ in sizes), max(height for _, height in sizes))
    lean = b"RIFF" + len(body).to_bytes(4, "little") + body
    return WebpParts(lean, size, is_lossy, exif, profile)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield names and data; a chunk that is cut off is the last and shorter than it says."""
    at = SIGNATURE_LENGTH
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(content):
            return
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        yield content[at : at + 4], content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    raise UnreadablePictureError


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)


def _with_alpha(extended: bytes) -> bytes:
    """Return the data of `VP8X`, for an animation with the flag that says it has alpha.

    Files in which each frame is opaque lack it, although the canvas around a smaller frame is
    transparent.
    """
    flags = extended[0] | HAS_ALPHA if extended[0] & ANIMATED else extended[0]
    return bytes((flags,)) + extended[1:]


def _extended_size(data: bytes) -> tuple[int, int]:
    if len(data) < 10:
        raise UnreadablePictureError
    width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (4, 7))
    return width, height


def _lossy_size(data: bytes) -> tuple[int, int]:
    if data[3:6] != START_CODE:
        raise UnreadablePictureError
    width, height = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width, height


def _lossless_size(data: bytes) -> tuple[int, int]:
    if data[:1] != LOSSLESS_CODE:
        raise UnreadablePictureError
    bits = int.from_bytes(data[1:5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
