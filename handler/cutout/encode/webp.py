"""Encode WebP files by libwebp.

`python -m benchmarks.options` measures it (the tables are in `docs/api.md`): a tenth of a PNG's
size, with no visible difference of colours. More effort than the least doubles the time, and for a
mask takes five times as long, to save less than a slow line needs for the difference.
"""

from io import BytesIO

from PIL import Image

from cutout.options import QUALITY
from cutout.pictures import Composition

METHOD = 0  # libwebp's effort, 0..6


def encode_webp(composition: Composition, quality: int = QUALITY) -> bytes:
    """Return a WebP file: colours are lossy, alpha is lossless, a mask is wholly lossless.

    `quality`, 1..100, is that of the colours.
    """
    mask = composition.pixels.ndim == 2
    file = BytesIO()
    Image.fromarray(composition.pixels).save(
        file,
        "WEBP",
        lossless=mask,
        quality=quality,
        method=METHOD,
        icc_profile=composition.icc_profile or b"",
    )
    return file.getvalue()
