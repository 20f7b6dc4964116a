"""PNG files of two pixels, of which the first has the transparent colour, as no Pillow writes
them."""

from struct import pack
from zlib import compress

import pytest

from tests.samples import png_chunk


def keyed_png(depth: int, colour_type: int, row: bytes, transparent: bytes) -> bytes:
    """One row."""
    header = pack(">IIBBBBB", 2, 1, depth, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"tRNS", transparent), (b"IDAT", compress(b"\0" + row))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*c) for c in [*chunks, (b"IEND", b"")])


KEYED = [
    pytest.param(keyed_png(*parts), id=name)
    for name, parts in {
        "grey 1": (1, 0, bytes([0b0_1_000000]), pack(">H", 0)),
        "grey 2": (2, 0, bytes([0b01_10_0000]), pack(">H", 1)),
        "grey 4": (4, 0, bytes([0x5_6]), pack(">H", 5)),
        "grey 8": (8, 0, bytes([5, 6]), pack(">H", 5)),
        "grey 16": (16, 0, pack(">HH", 0x1234, 0x1235), pack(">H", 0x1234)),
        "rgb 8": (8, 2, bytes([1, 2, 3, 1, 2, 4]), pack(">HHH", 1, 2, 3)),
        "rgb 16": (16, 2, pack(">6H", *[0x1234] * 3, *[0x3412] * 3), pack(">3H", *[0x1234] * 3)),
    }.items()
]
MORE_BITS = [
    pytest.param(keyed_png(*parts), id=f"{name} with more bits")
    for name, parts in {
        "grey 1": (1, 0, bytes([0b0_1_000000]), pack(">H", 0xFFFE)),
        "grey 2": (2, 0, bytes([0b01_10_0000]), pack(">H", 0b101)),
        "rgb 8": (8, 2, bytes([1, 2, 3, 1, 2, 4]), pack(">HHH", 257, 258, 259)),
    }.items()
]
"""With bits that the depth does not use. Of an image that Pillow has opened, they can't be told."""
