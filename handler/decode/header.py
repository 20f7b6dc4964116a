"""What can be said of a file before any pixel is decoded."""

from io import BytesIO

from PIL import Image, ImageFile

from handler.decode.segments import without_exif
from handler.errors import (
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from handler.settings import Settings

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
FORMATS = ("JPEG", "PNG")

START_OF_SCAN = b"\xff\xda"
MAX_SCANS = 100
"""Encoders write about ten. A file may repeat a 30-byte scan without end, and each of them costs a
pass over all coefficients."""

# our own limits come first and have their own words; Pillow's would warn beside them
Image.MAX_IMAGE_PIXELS = None


def open_picture(content: bytes, settings: Settings) -> ImageFile.ImageFile:
    """A Pillow image with its header read and its pixels still in the file.

    Raises `UnreadablePictureError`, `UnsupportedTypeError`, `TooManyPixelsError` or
    `ResolutionTooBigError`. Type is judged by content alone.
    """
    if not content:
        raise UnreadablePictureError
    if not content.startswith((JPEG, PNG)):
        raise UnsupportedTypeError
    image = _open(content)
    if image.format != "PNG" and content.count(START_OF_SCAN) > MAX_SCANS:
        raise UnreadablePictureError
    width, height = image.size
    if width * height > settings.max_pixels:
        raise TooManyPixelsError(settings.max_pixels)
    if max(width, height) > settings.max_side:
        raise ResolutionTooBigError(image.size, settings.max_side)
    return image


def _open(content: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(BytesIO(content), formats=FORMATS)
    except Exception as error:  # on hostile bytes Pillow's parsers raise almost anything
        if content.startswith(JPEG) and (bare := without_exif(content)) != content:
            return _open(bare)  # a broken resolution tag is enough, and fails no good picture here
        raise UnreadablePictureError from error
