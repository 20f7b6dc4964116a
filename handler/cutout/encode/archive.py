"""Write a ZIP of the colours, as a JPEG, and the alpha, as a PNG.

Picture editors can join the two, and it is much smaller than a PNG. Source: recorded answers of
remove.bg.
"""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from cutout.encode.jpg import jpg_file
from cutout.encode.png import encode_png
from cutout.pictures import Composition, Pixels

COLOUR_NAME, ALPHA_NAME = "color.jpg", "alpha.png"
OPAQUE = 255
DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time of a ZIP, so that equal cut-outs make equal files."""


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
    alpha = np.ascontiguousarray(pixels[..., 3])
    colour = np.ascontiguousarray(pixels[..., :3])
    if composition.under is not None:
        np.copyto(colour, composition.under, where=alpha[..., np.newaxis] == 0)
    return colour, alpha
