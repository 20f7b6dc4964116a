"""A WebP file, by way of libwebp."""

from io import BytesIO

from PIL import Image

from handler.pictures import Composition

QUALITY = 90
METHOD = 2  # libwebp's effort, 0..6


def encode_webp(composition: Composition) -> bytes:
    """Colours with loss, alpha without; a mask wholly without."""
    mask = composition.pixels.ndim == 2
    file = BytesIO()
    Image.fromarray(composition.pixels).save(
        file,
        "WEBP",
        lossless=mask,
        quality=QUALITY,
        method=METHOD,
        icc_profile=composition.icc_profile or b"",
    )
    return file.getvalue()
