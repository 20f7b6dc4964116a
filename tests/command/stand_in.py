"""The command as a process of its own, without the network: `python -m tests.command.stand_in`."""

import ctypes
import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import sleep

import numpy as np

from cutout import engine
from cutout.choices import Model
from cutout.command.main import run
from cutout.engine import local_settings
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.segment.model_file import ModelError
from cutout.settings import Settings
from cutout.work import PictureWork

SLOW_WIDTH = 77
FAULTY_WIDTH, GREEDY_WIDTH, CRASHING_WIDTH, HANGING_WIDTH, SEIZING_WIDTH = range(301, 306)
SLOW_SECONDS = 20.0


def middle_is_object(picture: Picture) -> Alpha:
    """The middle half is the object. Pictures of some widths mean trouble."""
    width = picture.size[0]
    if width in TROUBLE:
        TROUBLE[width]()
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[256:768, 256:768] = 255
    return alpha


def _begin_slowly() -> None:
    Path(os.environ["TESTS_BEGUN"]).touch()
    sleep(SLOW_SECONDS)


def _fail() -> None:
    raise ZeroDivisionError("a fault")


def _ask_for_too_much() -> None:
    raise MemoryError


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


TROUBLE: dict[int, Callable[[], object]] = {
    SLOW_WIDTH: _begin_slowly,
    FAULTY_WIDTH: _fail,
    GREEDY_WIDTH: _ask_for_too_much,
    CRASHING_WIDTH: _crash,
    HANGING_WIDTH: lambda: ctypes.CDLL(None).sleep(3600),  # native code that lets Python go on
    SEIZING_WIDTH: lambda: ctypes.PyDLL(None).sleep(3600),  # native code that keeps the GIL
}


def open_stand_in(model: Model | None = None, threads: int | None = None) -> Pipeline:  # noqa: ARG001
    """In the place of `cutout.engine.open_pipeline`."""
    return Pipeline(local_settings(model), middle_is_object)


def open_stand_in_work(settings: Settings, threads: int) -> PictureWork:  # noqa: ARG001
    """In the place of `cutout.engine.open_work`, in the worker processes as well."""
    return PictureWork(settings, middle_is_object)


def open_nothing(settings: Settings, threads: int) -> PictureWork:  # noqa: ARG001
    """Raise the error of a model that is not there."""
    raise ModelError("The model can not be read: no such file")


def open_and_die(settings: Settings, threads: int) -> PictureWork:
    """End the worker process as the system does where there is not enough memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return open_stand_in_work(settings, threads)


if __name__ == "__main__":
    # as in a terminal: tests may run with these ignored, under nohup for example
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # a worker process must find the function by its module's real name
    engine.open_work = importlib.import_module("tests.command.stand_in").open_stand_in_work
    run()
