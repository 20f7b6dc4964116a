"""A stand-in for the network, for what the platform does to the function."""

from time import sleep

import numpy as np
from PIL import Image

from handler.pictures import Alpha, Picture

SLOW_SIZE = (77, 33)
SLOW_SECONDS = 15.0


def nearly_everything(picture: Picture) -> Alpha:
    """The object with a soft edge fills the picture, so that the PNG is as large as it can be. A
    picture of one size takes for ever."""
    if picture.size == SLOW_SIZE:
        sleep(SLOW_SECONDS)
    distance = np.asarray(Image.radial_gradient("L").resize((1024, 1024)))  # 255 in the corners
    alpha: Alpha = np.clip((255 - distance.astype(np.int16)) * 8, 0, 255).astype(np.uint8)
    return alpha
