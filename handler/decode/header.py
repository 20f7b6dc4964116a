"""What can be said of a file before any pixel is decoded."""

from io import BytesIO

from PIL import Image

from handler.errors import (
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from handler.settings import Settings

SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
FORMATS = ("JPEG", "PNG")

# our own limits come first and have their own words; Pillow's would warn beside them
Image.MAX_IMAGE_PIXELS = None


def open_picture(content: bytes, settings: Settings) -> Image.Image:
    """A Pillow image with its header read and its pixels still in the file.

    Raises `UnreadablePictureError`, `UnsupportedTypeError`, `TooManyPixelsError` or
    `ResolutionTooBigError`. Type is judged by content alone.
    """
    if not content:
        raise UnreadablePictureError
    if not content.startswith(SIGNATURES):
        raise UnsupportedTypeError
    image = _open(content)
    width, height = image.size
    if width * height > settings.max_pixels:
        raise TooManyPixelsError(settings.max_pixels)
    if max(width, height) > settings.max_side:
        raise ResolutionTooBigError(image.size, settings.max_side)
    return image


def _open(content: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(content), formats=FORMATS)
    except Exception as error:  # on hostile bytes Pillow's parsers raise almost anything
        raise UnreadablePictureError from error
