"""Encode WebP, JPEG and ZIP files.

`python -m benchmarks.options` measures WebP (`docs/api.md`): a tenth of a PNG's size, with no
visible difference of colours.

The ZIP holds the colours, as a JPEG, and the alpha, as a PNG. Picture editors can join the two, and
it is much smaller than a PNG. Source: recorded answers of remove.bg.
"""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from cutout.encode.png import encode_png
from cutout.options import QUALITY
from cutout.pictures import Composition, Pixels

WEBP_METHOD = 0
"""Effort of libwebp, 0..6. A higher one takes two to five times as long and saves little."""
FINE = 90
"""Minimum quality at which the chroma of a JPEG is not subsampled."""
COLOUR_NAME, ALPHA_NAME = "color.jpg", "alpha.png"
OPAQUE = 255
DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time of a ZIP, so that equal cut-outs make equal files."""


def encode_webp(composition: Composition, quality: int = QUALITY) -> bytes:
    """Return a WebP file: colours are lossy (`quality`, 1..100), alpha and masks are lossless."""
    mask = composition.pixels.ndim == 2
    file = BytesIO()
    Image.fromarray(composition.pixels).save(
        file,
        "WEBP",
        lossless=mask,
        quality=quality,
        method=WEBP_METHOD,
        icc_profile=composition.icc_profile or b"",
    )
    return file.getvalue()


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


def encode_zip(composition: Composition, quality: int) -> bytes:
    """Return an uncompressed ZIP of `color.jpg`, RGB, and `alpha.png`, 8-bit grey.

    `color.jpg` shows the picture's own background where alpha is zero. `quality`, 1..100, is that
    of the JPEG.
    """
    colour, alpha = _parts(composition)
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        jpg = jpg_file(colour, quality, composition.icc_profile)
        archive.writestr(ZipInfo(COLOUR_NAME, DAY), jpg)
        archive.writestr(ZipInfo(ALPHA_NAME, DAY), encode_png(Composition(alpha)))
    return file.getvalue()


def _parts(composition: Composition) -> tuple[Pixels, Pixels]:
    """Return the colours, shape (height, width, 3), and the alpha, shape (height, width)."""
    pixels = composition.pixels
    if pixels.shape[2] == 3:
        return pixels, np.full(pixels.shape[:2], OPAQUE, np.uint8)
    alpha, colour = pixels[..., 3].copy(), pixels[..., :3].copy()
    if composition.under is not None:
        np.copyto(colour, composition.under, where=alpha[..., np.newaxis] == 0)
    return colour, alpha
