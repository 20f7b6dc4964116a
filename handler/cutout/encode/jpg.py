"""Write a JPEG file with libjpeg."""

from io import BytesIO

import numpy as np
from PIL import Image

from cutout.pictures import Composition, Pixels

FINE = 90
"""Minimum quality at which chroma is not subsampled."""


def encode_jpg(composition: Composition, quality: int) -> bytes:
    """Return a baseline JPEG: grey for a mask, else RGB with transparency replaced by white.

    `quality` is 1..100.
    """
    return jpg_file(on_white(composition.pixels), quality, composition.icc_profile)


def jpg_file(pixels: Pixels, quality: int, icc_profile: bytes | None) -> bytes:
    """Return a baseline JPEG of pixels of shape (height, width) or (height, width, 3)."""
    file = BytesIO()
    Image.fromarray(pixels).save(
        file,
        "JPEG",
        quality=quality,
        subsampling="4:4:4" if quality >= FINE else "4:2:0",
        icc_profile=icc_profile or b"",
    )
    return file.getvalue()


def on_white(pixels: Pixels) -> Pixels:
    """Return straight RGBA laid on white, of shape (height, width, 3); others as they are."""
    if pixels.ndim == 2 or pixels.shape[2] == 3:
        return pixels
    above = Image.fromarray(pixels)
    ground = Image.new("RGB", above.size, "white")
    ground.paste(above, mask=above)
    return np.asarray(ground)
