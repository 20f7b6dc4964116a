"""What is seen through a picture's holes."""

import numpy as np
import numpy.typing as npt
from PIL import Image

DARK, BRIGHT, MIDDLE = 48, 255, 150


def flatten(colour: Image.Image, holes: npt.NDArray[np.uint8]) -> Image.Image:
    """A picture in mode RGB, laid by its own alpha on white, or on dark grey where what is visible
    is itself bright, because a white object on white has no edge to find. (What lies hidden in
    transparent pixels is left-over and may be anything.)"""
    grey = np.asarray(colour.convert("L"))
    visible = float(holes.sum(dtype=np.float64))
    brightness = float(np.vdot(grey.astype(np.float32), holes)) / visible if visible else 0
    tone = DARK if brightness > MIDDLE else BRIGHT
    backdrop = Image.new("RGB", colour.size, (tone, tone, tone))
    return Image.composite(colour, backdrop, Image.fromarray(holes))
