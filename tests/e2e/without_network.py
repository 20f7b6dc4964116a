"""The function without the network, for what the platform does to it: everything else is real."""

from time import sleep

import numpy as np
from PIL import Image

from handler.app import build_app
from handler.gateway import build_handler
from handler.pictures import Alpha, Picture
from handler.pipeline import Pipeline
from handler.settings import get_settings
from handler.storage.s3 import open_bucket

HANDLER = "tests.e2e.without_network.lambda_handler"
SLOW_SIZE = (77, 33)
SLOW_SECONDS = 8.0


def nearly_everything(picture: Picture) -> Alpha:
    """A segmenter: the object with a soft edge fills the picture, so that the PNG is as large as it
    can be. A picture of one size takes for ever."""
    if picture.size == SLOW_SIZE:
        sleep(SLOW_SECONDS)
    distance = Image.radial_gradient("L").resize((1024, 1024))  # 255 in the corners
    alpha: Alpha = np.clip((255 - np.asarray(distance).astype(np.int16)) * 8, 0, 255).astype(
        np.uint8
    )
    return alpha


settings = get_settings().on_lambda()
lambda_handler = build_handler(
    build_app(Pipeline(settings, nearly_everything, open_bucket(settings)))
)
