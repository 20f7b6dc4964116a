"""The door for other programs: ``from cutout import cut_out``."""

from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from PIL import Image, ImageOps

from cutout.choices import Mode, Model, parse_margin
from cutout.colours import parse_colour
from cutout.decode.colour import split_colour, transparent_colour
from cutout.decode.decode import decode
from cutout.engine import open_pipeline
from cutout.options import Background, Options
from cutout.pictures import Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.timing import NO_DEADLINE, Clock

Pictured: TypeAlias = str | PathLike[str] | bytes | Image.Image
"""A file's path, a file's bytes, or a Pillow image."""

_pipelines: dict[Model | None, Pipeline] = {}
_lock = Lock()


def cut_out(
    picture: Pictured,
    *,
    mode: Mode | str = Mode.FG_IMAGE,
    background: str | None = None,
    crop: str | None = None,
    model: Model | str | None = None,
) -> Image.Image:
    """The object of a picture, upright: in mode RGBA, in RGB on an opaque `background`; a mask in
    mode L.

    Files are JPEG, PNG or WebP; an image of Pillow's may be in any mode that it can convert to RGB,
    and those of 32 or 16 bits (`I`, `I;16`) are read as 0..65535.
    `background` is a colour such as `white` or `#ffcc00`. `crop` cuts the picture down to the
    object, with a margin of `0`, `30px` or `10%`. The `model`, `auto`, `best` or `fast`, is as
    in the environment unless it is given; it is loaded at the first call and stays. May be called
    from several threads.

    Raises `cutout.errors.PictureError` for a file that is no such picture, `OSError` for one that
    can't be read, `ValueError` for an option that is none, and
    `cutout.segment.model_file.ModelError` where there is no model.
    """
    options = Options(
        mode=Mode(mode),
        background=Background(None if background is None else parse_colour(background)),
        crop=None if crop is None else parse_margin(crop),
    )
    pipeline = _pipeline(None if model is None else Model(model))
    decoded = _picture(picture, pipeline.settings)
    composition = pipeline.compose_picture(decoded, options, Clock(NO_DEADLINE))
    image = Image.fromarray(composition.pixels)
    if composition.icc_profile is not None:
        image.info["icc_profile"] = composition.icc_profile  # goes into what it is saved as
    return image


def _pipeline(model: Model | None) -> Pipeline:
    with _lock:
        if model not in _pipelines:
            _pipelines[model] = open_pipeline(model)
        return _pipelines[model]


def _picture(given: Pictured, settings: Settings) -> Picture:
    if isinstance(given, Image.Image):
        key = transparent_colour(given)
        upright = ImageOps.exif_transpose(given)  # a copy
        if key is not None:
            upright.info["transparency"] = key
        return Picture(*split_colour(upright))
    content = given if isinstance(given, bytes) else Path(given).read_bytes()
    return decode(content, settings)
