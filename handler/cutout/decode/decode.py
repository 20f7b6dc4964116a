"""Decode bytes to a `Picture`."""

import numpy as np
from PIL import Image, ImageFile

from cutout.decode.colour import split_colour, transparent_colour
from cutout.decode.header import open_picture
from cutout.decode.orientation import orientation_turn
from cutout.errors import UnreadablePictureError
from cutout.pictures import Picture
from cutout.settings import Settings


def decode(content: bytes, settings: Settings) -> Picture:
    """Return the picture in a file; raise `cutout.errors.PictureError`.

    That is for a file that is empty, broken or truncated, of another type, or too large in pixels,
    which is known before any pixel is decoded.
    """
    image = open_picture(content, settings)
    try:
        return _picture(image)
    except MemoryError:
        raise
    except Exception as error:  # on hostile bytes Pillow's decoders raise almost anything
        raise UnreadablePictureError from error


def _picture(image: ImageFile.ImageFile) -> Picture:
    key = transparent_colour(image)
    image.load()
    if key is not None:
        image.info["transparency"] = key
    turn = orientation_turn(image)
    colour, holes, icc_profile = split_colour(image)
    if turn is not None:
        colour = colour.transpose(turn)
        if holes is not None:
            holes = np.asarray(Image.fromarray(holes).transpose(turn))
    return Picture(colour, holes, icc_profile)
