"""Run `refine` on a drawn picture with what a test says that the networks see."""

from math import inf

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.pictures import Picture
from cutout.refine.refine import refine
from cutout.timing import Deadline
from tests.backdrop.drawn import Mask, seen

FOREVER = Deadline(inf)


def made_of(image: Image.Image, network: Mask) -> npt.NDArray[np.float32]:
    """Return the alpha, 0..1."""
    alpha = refine(seen(network), Picture(image), None, FOREVER)
    return alpha.astype(np.float32) / np.float32(255)


def wrong(alpha: npt.NDArray[np.float32], truth: Mask) -> float:
    """Return the mean absolute error, 0..1."""
    return float(np.abs(alpha - truth).mean())
