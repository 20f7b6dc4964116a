"""Cut out pictures in a program of one's own: ``from cutout import cut_out``.

Importing this module loads neither numpy nor pydantic: the first call imports what works on
pictures, and the networks.
"""

from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageOps

from cutout.choices import Mode, Model, parse_margin
from cutout.colours import parse_colour
from cutout.engine import open_pipeline
from cutout.options import Background, Options
from cutout.timing import NO_DEADLINE, Clock

if TYPE_CHECKING:
    from cutout.pictures import Picture
    from cutout.pipeline import Pipeline
    from cutout.settings import Settings

AnyPicture: TypeAlias = str | PathLike[str] | bytes | Image.Image
"""A file's path, a file's bytes, or a Pillow image."""

_pipelines: dict[Model | None, "Pipeline"] = {}
_lock = Lock()


def cut_out(
    picture: AnyPicture,
    *,
    mode: Mode | str = Mode.FG_IMAGE,
    background: str | None = None,
    crop: str | None = None,
    model: Model | str | None = None,
) -> Image.Image:
    """Return the object of a picture, upright: in mode RGBA, in RGB on an opaque `background`, or a
    mask in mode L.

    Files are JPEG or PNG. A Pillow image may have any mode that Pillow can convert to RGB; those of
    32 or 16 bits (`I`, `I;16`) are read as 0..65535.

    `background` is a colour such as `white` or `#ffcc00`. `crop` crops to the object, with a margin
    of `0`, `30px` or `10%`. `model` is `auto`, `best` or `fast`; the default is the environment's.
    The model is loaded at the first call and stays in memory. Threads may call this function at the
    same time.

    Raise `cutout.errors.PictureError` for a file that is not a JPEG or PNG or cannot be decoded,
    `OSError` if it cannot be read, `ValueError` for an invalid argument, and
    `cutout.segment.model_file.ModelError` if the model cannot be loaded.
    """
    options = Options(
        mode=Mode(mode),
        background=Background(None if background is None else parse_colour(background)),
        crop=None if crop is None else parse_margin(crop),
    )
    pipeline = _pipeline(None if model is None else Model(model))
    decoded = _decoded(picture, pipeline.settings)
    composition = pipeline.compose_picture(decoded, options, Clock(NO_DEADLINE))
    image = Image.fromarray(composition.pixels)
    if composition.icc_profile is not None:
        image.info["icc_profile"] = composition.icc_profile  # Pillow saves it with the image
    return image


def _pipeline(model: Model | None) -> "Pipeline":
    """Return the pipeline of a model, which is loaded once."""
    with _lock:
        if model not in _pipelines:
            _pipelines[model] = open_pipeline(model)
        return _pipelines[model]


def _decoded(given: AnyPicture, settings: "Settings") -> "Picture":
    """Return the pixels of a picture, upright. Leave a Pillow image itself unchanged."""
    from cutout.decode.colour import split_colour, transparent_colour  # noqa: PLC0415
    from cutout.decode.decode import decode  # noqa: PLC0415
    from cutout.decode.png_colour import COLOUR_SPACE, opened_space  # noqa: PLC0415
    from cutout.pictures import Picture  # noqa: PLC0415

    if isinstance(given, Image.Image):
        key = transparent_colour(given)
        upright = ImageOps.exif_transpose(given)  # a copy
        if key is not None:
            upright.info["transparency"] = key
        upright.info[COLOUR_SPACE] = opened_space(given)
        return Picture(*split_colour(upright))
    content = given if isinstance(given, bytes) else Path(given).read_bytes()
    return decode(content, settings)
