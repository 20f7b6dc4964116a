"""The door for other programs: ``from handler import cut_out``."""

from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from PIL import Image, ImageOps

from handler.decode.colour import split_colour
from handler.decode.decode import decode
from handler.engine import Engine, open_engine
from handler.pictures import Mode, Picture
from handler.settings import Model

Pictured: TypeAlias = str | PathLike[str] | bytes | Image.Image
"""A file's path, a file's bytes, or a Pillow image."""

_engines: dict[Model | None, Engine] = {}
_lock = Lock()


def cut_out(
    picture: Pictured, *, mode: Mode | str = Mode.FG_IMAGE, model: Model | str | None = None
) -> Image.Image:
    """The object of a picture, upright and of the picture's size, in mode RGBA; a mask in mode L.

    Files are JPEG or PNG; an image of Pillow's may be in any mode that it can convert to RGB. The
    model, as in the environment unless it is given, is loaded at the first call and stays. May be
    called from several threads. Raises `handler.errors.PictureError` for a file that is no such
    picture, `OSError` for one that can't be read, `ValueError` for an unknown mode or model, and
    `handler.segment.model_file.ModelError` where there is no model.
    """
    engine = _engine(None if model is None else Model(model))
    composition = engine.composition(_picture(picture, engine), Mode(mode))
    image = Image.fromarray(composition.pixels)
    if composition.icc_profile is not None:
        image.info["icc_profile"] = composition.icc_profile  # goes into what it is saved as
    return image


def _engine(model: Model | None) -> Engine:
    with _lock:
        if model not in _engines:
            _engines[model] = open_engine(model)
        return _engines[model]


def _picture(given: Pictured, engine: Engine) -> Picture:
    if isinstance(given, Image.Image):
        return Picture(*split_colour(ImageOps.exif_transpose(given)))
    content = given if isinstance(given, bytes) else Path(given).read_bytes()
    return decode(content, engine.settings)
