"""Pictures made on the spot, and the few that are kept."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Any
from zlib import compress, crc32

import numpy as np
from PIL import Image

PHOTOS = Path(__file__).parent / "photos"


def gradient(width: int = 64, height: int = 48) -> Image.Image:
    """A smooth RGB picture in which every corner differs."""
    x = np.linspace(0, 255, width, dtype=np.float32)[np.newaxis].repeat(height, 0)
    y = np.linspace(0, 255, height, dtype=np.float32)[:, np.newaxis].repeat(width, 1)
    return Image.fromarray(np.stack([x, y, 255 - (x + y) / 2], axis=2).astype(np.uint8))


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    """The image (default: the gradient) as a JPEG file."""
    return _save(image or gradient(), "JPEG", options)


def png(image: Image.Image | None = None, **options: object) -> bytes:
    """The image (default: the gradient) as a PNG file."""
    return _save(image or gradient(), "PNG", options)


def webp(image: Image.Image | None = None, **options: object) -> bytes:
    """The image (default: the gradient) as a WebP file."""
    return _save(image or gradient(), "WEBP", options)


def _save(image: Image.Image, kind: str, options: dict[str, object]) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds no pixel of it."""
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            png_chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            png_chunk(b"IDAT", compress(b"")),
            png_chunk(b"IEND", b""),
        ]
    )


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))


def after_header(content: bytes, chunks: bytes) -> bytes:
    """A PNG file with more chunks, right behind its header."""
    end = 8 + 25
    return content[:end] + chunks + content[end:]


def picture_of(result: dict[str, Any]) -> Image.Image:
    """The picture in one of the answer's results."""
    image = Image.open(BytesIO(b64decode(result["entities"][0]["image"], validate=True)))
    image.load()
    return image
