"""The command as a process of its own, without the network: `python -m tests.command.stand_in`."""

import os
from pathlib import Path
from time import sleep

import numpy as np

from handler import engine
from handler.command.__main__ import run
from handler.engine import local_settings
from handler.pictures import Alpha, Picture
from handler.pipeline import Pipeline
from handler.settings import Model

SLOW_WIDTH = 77
SLOW_SECONDS = 20.0


def middle_is_object(picture: Picture) -> Alpha:
    """The middle half is the object. A picture of one width says when it is begun, and takes
    long."""
    if picture.size[0] == SLOW_WIDTH:
        Path(os.environ["TESTS_BEGUN"]).touch()
        sleep(SLOW_SECONDS)
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[256:768, 256:768] = 255
    return alpha


def open_stand_in(model: Model | None = None, threads: int | None = None) -> Pipeline:  # noqa: ARG001
    """In the place of `handler.engine.open_pipeline`."""
    return Pipeline(local_settings(), middle_is_object)


if __name__ == "__main__":
    engine.open_pipeline = open_stand_in
    run()
