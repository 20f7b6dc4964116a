"""Small files that cost a careless reader minutes or gigabytes."""

from collections.abc import Callable
from functools import cache
from struct import pack
from zlib import compress

import numpy as np
from PIL import Image

from cutout.decode.header import MAX_SCANS
from tests.samples import jpeg, png, png_chunk

FILE_BYTES = (16 << 20) - 1
SIDE = 4096
JPEG, PNG = jpeg(), png()
PNG_HEAD = 8 + 25  # signature and IHDR
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
ADAM7 += [(0, 1, 1, 2)]


def repeated(unit: bytes, head: bytes, tail: bytes) -> bytes:
    """As large as a file may be."""
    return head + unit * ((FILE_BYTES - len(head) - len(tail)) // len(unit)) + tail


def exif(entries: int, claimed: int) -> bytes:
    """A directory in which every entry claims the same bytes as its value."""
    table = b"".join(pack(">HHII", tag, 7, claimed, 8) for tag in range(entries))
    return b"MM\0*" + pack(">IH", 8, entries) + table + pack(">I", 0) + bytes(claimed)


def in_segments(kind: int, name: bytes, data: bytes) -> bytes:
    parts = [name + data[at : at + 65_000] for at in range(0, len(data), 65_000)]
    return b"".join(pack(">BBH", 0xFF, kind, len(each) + 2) + each for each in parts)


def profile() -> bytes:
    """As much of one as JPEG can hold."""
    part = b"RGB " * 16_000
    return b"".join(
        in_segments(0xE2, b"ICC_PROFILE\0" + bytes((number, 250)), part) for number in range(1, 251)
    )


def scans() -> bytes:
    """As many as are let through, over the largest picture."""
    content = jpeg(Image.new("RGB", (SIDE, SIDE), (200, 100, 50)), progressive=True)
    scan = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + scan * (MAX_SCANS - content.count(b"\xff\xda")) + content[-2:]


def noise() -> bytes:
    """Nothing is harder on a progressive decoder."""
    pixels = np.random.default_rng(0).integers(0, 256, (2048, SIDE, 3), np.uint8)
    return jpeg(Image.fromarray(pixels), progressive=True, quality=90)


def flat(depth: int, colour_type: int, channels: int, *, interlaced: bool = False) -> bytes:
    """The largest picture in a few kilobytes, at any depth."""
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    total = 0
    for left, top, across, down in passes:
        width, height = -(-(SIDE - left) // across), -(-(SIDE - top) // down)
        total += height * (1 + (width * depth * channels + 7) // 8)
    header = pack(">IIBBBBB", SIDE, SIDE, depth, colour_type, 0, 0, interlaced)
    chunks = [(b"IHDR", header), (b"IDAT", compress(bytes(total))), (b"IEND", b"")]
    return PNG[:8] + b"".join(png_chunk(*each) for each in chunks)


def laden_jpeg(extra: bytes) -> bytes:
    return JPEG[:2] + extra + JPEG[2:]


def laden_png(*chunks: tuple[bytes, bytes]) -> bytes:
    return PNG[:PNG_HEAD] + b"".join(png_chunk(*each) for each in chunks) + PNG[PNG_HEAD:]


@cache
def packed_gigabyte() -> bytes:
    return compress(bytes(1 << 30))


BOMBS: dict[str, Callable[[], bytes]] = {
    "fill bytes": lambda: repeated(b"\xff", JPEG[:2], JPEG[2:]),
    "empty comments": lambda: repeated(b"\xff\xfe\0\2", JPEG[:2], JPEG[2:]),
    "restart intervals": lambda: repeated(b"\xff\xdd\0\4\0\0", JPEG[:2], JPEG[2:]),
    "starts": lambda: repeated(b"\xff\xd8", JPEG[:2] + b"\xff", JPEG[2:]),
    "comments after the scan": lambda: repeated(b"\xff\xfe\0\2", JPEG[:-2], JPEG[-2:]),
    "exif of one segment": lambda: laden_jpeg(in_segments(0xE1, b"Exif\0\0", exif(2000, 40_000))),
    "exif of many": lambda: laden_jpeg(in_segments(0xE1, b"Exif\0\0", exif(65_535, 500_000))),
    "a profile of 16 MB": lambda: laden_jpeg(profile()),
    "scans": scans,
    "progressive noise": noise,
    "empty texts": lambda: repeated(png_chunk(b"tEXt", b""), PNG[:PNG_HEAD], PNG[PNG_HEAD:]),
    "packed texts": lambda: laden_png(
        *[(b"zTXt", b"a\0\0" + compress(bytes(900_000)))] * 3000,
    ),
    "a packed profile": lambda: laden_png((b"iCCP", b"a\0\0" + packed_gigabyte())),
    "exif in a chunk": lambda: laden_png((b"eXIf", exif(65_535, 500_000))),
    "frames": lambda: laden_png(
        (b"acTL", pack(">II", 40_000, 0)), *[(b"fdAT", bytes(300))] * 40_000
    ),
    "empty pixel data": lambda: laden_png(*[(b"IDAT", b"")] * 99_000),
    "more pixel data than pixels": lambda: (
        PNG[:PNG_HEAD] + png_chunk(b"IDAT", packed_gigabyte()) + png_chunk(b"IEND", b"")
    ),
    "16 bits": lambda: flat(16, 6, 4),
    "16 bits, interlaced": lambda: flat(16, 6, 4, interlaced=True),
    "1 bit, interlaced": lambda: flat(1, 0, 1, interlaced=True),
}
