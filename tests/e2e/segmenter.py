"""A stand-in for the network, for what the platform does to the function."""

import ctypes
import os
import signal
from functools import cache
from time import sleep

import numpy as np
from PIL import Image

from cutout.pictures import Alpha, Picture
from cutout.settings import Settings
from cutout.work import PictureWork

SLOW_SIZE = (77, 33)
SLOW_SECONDS = 20
HANGING_SIZE, SEIZING_SIZE, CRASHING_SIZE = (78, 33), (79, 33), (80, 33)
"""In native code that lets other threads run, in native code that keeps the GIL, and no more."""
BLANK_SIZE, INNER_SIZE = (81, 33), (160, 120)
"""Nothing is found, or an object in the middle that has the background all around it."""
UNSURE_SIZE = (301, 203)
"""Half of the object is half transparent."""


def nearly_everything(picture: Picture) -> Alpha:
    """The object with a soft edge fills the picture, so that the PNG is as large as it can be.
    Pictures of some sizes mean trouble."""
    if picture.size == SLOW_SIZE:
        sleep(SLOW_SECONDS)
    if picture.size == HANGING_SIZE:
        ctypes.CDLL(None).sleep(3600)
    if picture.size == SEIZING_SIZE:
        ctypes.PyDLL(None).sleep(3600)
    if picture.size == CRASHING_SIZE:
        os.kill(os.getpid(), signal.SIGSEGV)
    if picture.size == BLANK_SIZE:
        return np.zeros((1024, 1024), np.uint8)
    if picture.size == INNER_SIZE:
        inner: Alpha = np.zeros((1024, 1024), np.uint8)
        inner[300:700, 400:800] = 255
        return inner
    if picture.size == UNSURE_SIZE:
        halves: Alpha = np.zeros((1024, 1024), np.uint8)
        halves[200:800, 200:500], halves[200:800, 500:800] = 255, 128
        return halves
    return soft_disc().copy()


@cache
def soft_disc() -> Alpha:
    """Return a disc with a soft edge that fills the picture, worked out once in a process."""
    distance = np.asarray(Image.radial_gradient("L").resize((1024, 1024)))  # 255 in the corners
    alpha: Alpha = np.clip((255 - distance.astype(np.int16)) * 8, 0, 255).astype(np.uint8)
    return alpha


def open_without_network(settings: Settings) -> PictureWork:
    """Return the work of a worker process, without networks."""
    return PictureWork(settings, nearly_everything)
