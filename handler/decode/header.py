"""What can be said of a file before any pixel is decoded."""

from io import BytesIO

from PIL import Image, ImageFile, PngImagePlugin

from handler.decode.chunks import MAX_METADATA_BYTES, SIGNATURE, lean_png
from handler.decode.segments import split_jpeg
from handler.errors import (
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
    UnsupportedTypeError,
)
from handler.settings import Settings

JPEG, PNG = b"\xff\xd8\xff", SIGNATURE

MAX_SCANS = 100
"""Encoders write about ten. A file may repeat a 30-byte scan without end, and each of them costs a
pass over all coefficients."""

# our own limits come first and have their own words; Pillow's would warn beside them
Image.MAX_IMAGE_PIXELS = None
# of texts none is left, so that this is the largest ICC profile; some with large tables have 2 MB
PngImagePlugin.MAX_TEXT_CHUNK = MAX_METADATA_BYTES


def open_picture(content: bytes, settings: Settings) -> ImageFile.ImageFile:
    """A Pillow image with its header read and its pixels still in the file; EXIF, if any, is in
    `info["exif"]`.

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


def _open_jpeg(content: bytes) -> ImageFile.ImageFile:
    parts = split_jpeg(content)
    if parts.has_more_scans_than(MAX_SCANS):
        raise UnreadablePictureError
    try:
        image = _open("JPEG", parts.lean())
    except UnreadablePictureError:  # broken metadata fails no good picture
        image = _open("JPEG", parts.lean(profile=False))
    if parts.exif:
        image.info["exif"] = parts.exif
    return image


def _open_png(content: bytes) -> ImageFile.ImageFile:
    try:
        return _open("PNG", lean_png(content))
    except UnreadablePictureError:
        return _open("PNG", lean_png(content, metadata=False))


def _open(kind: str, content: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(BytesIO(content), formats=[kind])
    except Exception as error:  # on hostile bytes Pillow's parsers raise almost anything
        raise UnreadablePictureError from error
