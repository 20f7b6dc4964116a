import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cutout.choices import Compression
from cutout.encode.png import encode_png
from cutout.pictures import Composition

RANDOM = np.random.default_rng(1)


@pytest.mark.parametrize("compression", list(Compression))
@pytest.mark.parametrize("height", [1, 2, 127, 128, 129, 300])
@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_what_is_written_is_read_again(
    height: int, channels: int, mode: str, compression: Compression
) -> None:
    shape = (height, 33) if channels == 1 else (height, 33, channels)
    pixels = RANDOM.integers(0, 256, shape, np.uint8)
    image = Image.open(BytesIO(encode_png(Composition(pixels), compression)))
    assert image.mode == mode
    assert image.size == (33, height)
    assert np.array_equal(np.asarray(image), pixels)


def test_every_chunk_has_a_right_checksum() -> None:
    file = encode_png(Composition(np.zeros((9, 9), np.uint8), b"profile"))
    kinds, at = [], 8
    while at < len(file):
        length = int.from_bytes(file[at : at + 4], "big")
        kind, body = file[at + 4 : at + 8], file[at + 4 : at + 8 + length]
        assert int.from_bytes(file[at + 8 + length : at + 12 + length], "big") == zlib.crc32(body)
        kinds.append(kind)
        at += 12 + length
    assert kinds == [b"IHDR", b"iCCP", b"IDAT", b"IEND"]


def test_the_profile_is_kept() -> None:
    profile = RANDOM.bytes(5000)
    pixels = np.zeros((2, 2, 4), np.uint8)
    image = Image.open(BytesIO(encode_png(Composition(pixels, profile))))
    assert image.info["icc_profile"] == profile


def test_rows_in_any_memory_layout() -> None:
    pixels = RANDOM.integers(0, 256, (20, 10), np.uint8).T
    image = Image.open(BytesIO(encode_png(Composition(pixels))))
    assert np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("compression", list(Compression))
def test_smooth_pictures_are_small(compression: Compression) -> None:
    ramp = np.arange(1000, dtype=np.uint16)[:, np.newaxis].repeat(1000, 1).astype(np.uint8)
    assert len(encode_png(Composition(ramp), compression)) < ramp.size / 100
