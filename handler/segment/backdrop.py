"""What the network sees through a picture's holes."""

import numpy as np
from PIL import Image

from handler.pictures import Picture

DARK, BRIGHT, MIDDLE = 48, 255, 150


def opaque(picture: Picture) -> Image.Image:
    """The picture without holes, in mode RGB. They are filled with white, or with dark grey where
    what is visible is itself bright, because a white object on white has no edge to find. (What
    lies hidden in transparent pixels is left-over and may be anything.)"""
    if picture.holes is None:
        return picture.colour
    grey = np.asarray(picture.colour.convert("L"))
    visible = float(picture.holes.sum(dtype=np.float64))
    brightness = float(np.vdot(grey.astype(np.float32), picture.holes)) / visible if visible else 0
    tone = DARK if brightness > MIDDLE else BRIGHT
    backdrop = Image.new("RGB", picture.size, (tone, tone, tone))
    return Image.composite(picture.colour, backdrop, Image.fromarray(picture.holes))
