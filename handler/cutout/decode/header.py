"""What can be said of a file before any pixel is decoded."""

from io import BytesIO

from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from cutout.decode.containers import (
    SIGNATURE,
    colour_chunks,
    lean_png,
    png_profile,
    split_jpeg,
)
from cutout.decode.png_colour import COLOUR_SPACE, code_points, gamma_and_primaries
from cutout.errors import (
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from cutout.settings import Settings

JPEG, PNG = b"\xff\xd8\xff", SIGNATURE

MAX_SCANS = 100
"""Encoders write about ten. A file may repeat a 30-byte scan without end, and each of them costs a
pass over all coefficients."""


def open_picture(content: bytes, settings: Settings) -> ImageFile:
    """A Pillow image with its header read and its pixels still in the file; EXIF, if any, is in
    `info["exif"]`, and what a PNG says of its colour space in `info[COLOUR_SPACE]`.

    Raises `UnreadablePictureError`, `UnsupportedTypeError`, `TooManyPixelsError` or
    `ResolutionTooBigError`. Type is judged by content alone.
    """
    if not content:
        raise UnreadablePictureError
    if content.startswith(JPEG):
        image = _open_jpeg(content)
    elif content.startswith(PNG):
        image = _open_png(content)
    else:
        raise UnsupportedTypeError
    width, height = image.size
    if width * height > settings.max_pixels:
        raise TooManyPixelsError(settings.max_pixels)
    if max(width, height) > settings.max_side:
        raise ResolutionTooBigError(image.size, settings.max_side)
    return image


def _open_jpeg(content: bytes) -> ImageFile:
    parts = split_jpeg(content)
    if parts.has_more_scans_than(MAX_SCANS):
        raise UnreadablePictureError
    try:
        image = _opened(JpegImageFile, parts.lean())
    except UnreadablePictureError:  # broken metadata fails no good picture
        image = _opened(JpegImageFile, parts.lean(profile=False))
    if parts.exif:
        image.info["exif"] = parts.exif
    return image


def _open_png(content: bytes) -> ImageFile:
    try:
        image = _opened(PngImageFile, lean_png(content))
    except UnreadablePictureError:
        image = _opened(PngImageFile, lean_png(content, exif=False))
    chunks = colour_chunks(content)
    space = code_points(chunks)
    if space is None:
        image.info["icc_profile"] = png_profile(chunks)
        space = gamma_and_primaries(chunks)
    image.info[COLOUR_SPACE] = space
    return image


def _opened(kind: type[JpegImageFile | PngImageFile], content: bytes) -> ImageFile:
    """Open by the format's own class. `Image.open` would hold the size against the limit of the
    program that we are in (`Image.MAX_IMAGE_PIXELS`), which is not ours to change; our own limits
    have their own words."""
    try:
        return kind(BytesIO(content))
    except Exception as error:  # on hostile bytes Pillow's parsers raise almost anything
        raise UnreadablePictureError from error
