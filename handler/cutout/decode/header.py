"""Check a file's type and size before any pixel is decoded."""

from collections.abc import Callable
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
from cutout.decode.kinds import unsupported
from cutout.decode.png_colour import COLOUR_SPACE, code_points, gamma_and_primaries
from cutout.decode.riff import is_webp, split_webp
from cutout.errors import (
    ResolutionTooBigError,
    TooManyPixelsError,
    UnreadablePictureError,
)
from cutout.settings import Settings

LOSSY = "lossy"
"""Key of a WebP's `info`: whether its first frame is lossy."""
JPEG, PNG = b"\xff\xd8\xff", SIGNATURE

MAX_SCANS = 100
"""Maximum number of scans. Encoders write about ten; a file may repeat a 30-byte scan without end,
and each one costs a pass over all coefficients."""


def open_picture(content: bytes, settings: Settings, *, webp: bool = True) -> ImageFile:
    """Return a Pillow image with its header read and its pixels still in the file.

    EXIF, if any, is in `info["exif"]`, and the colour space of a PNG in `info[COLOUR_SPACE]`. The
    type is judged by content alone; `webp` says whether a WebP is accepted. Raise
    `UnreadablePictureError`, `UnsupportedTypeError`, `TooManyPixelsError` or
    `ResolutionTooBigError`.
    """
    if not content:
        raise UnreadablePictureError
    if content.startswith(JPEG):
        image = _open_jpeg(content)
    elif content.startswith(PNG):
        image = _open_png(content)
    elif webp and is_webp(content):
        return _open_webp(content, settings)
    else:
        accepted = "JPEG, PNG and WebP" if webp else "JPEG and PNG"
        raise unsupported(content, accepted)
    _require_size(image.size, settings)
    return image


def _require_size(size: tuple[int, int], settings: Settings) -> None:
    width, height = size
    if width * height > settings.max_pixels:
        raise TooManyPixelsError(settings.max_pixels)
    if max(width, height) > settings.max_side:
        raise ResolutionTooBigError(size, settings.max_side)


def _open_jpeg(content: bytes) -> ImageFile:
    parts = split_jpeg(content)
    if parts.has_more_scans_than(MAX_SCANS):
        raise UnreadablePictureError
    try:
        image = _opened(JpegImageFile, parts.lean())
    except UnreadablePictureError:  # broken metadata must not fail a good picture
        image = _opened(JpegImageFile, parts.lean(profile=False))
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


def _open_webp(content: bytes, settings: Settings) -> ImageFile:
    """Open a WebP file.

    Its size is checked first, because libwebp allocates the canvas as it opens a file.
    """
    parts = split_webp(content)
    _require_size(parts.size, settings)
    # here, since few pictures are WebP, and a cold start is shorter without it
    from PIL.WebPImagePlugin import WebPImageFile  # noqa: PLC0415

    image = _opened(WebPImageFile, parts.lean)
    if image.size != parts.size:
        _require_size(image.size, settings)
    image.info[LOSSY] = parts.is_lossy
    image.info["exif"] = parts.exif
    image.info["icc_profile"] = parts.icc_profile
    return image


def has_coarse_chroma(image: ImageFile) -> bool:
    """Return whether an opened file stores colours at a lower resolution than brightness."""
    if not isinstance(image, JpegImageFile):
        return bool(image.info.get(LOSSY))
    samples = [across * down for _, across, down, _ in image.layer]
    return min(samples) < samples[0]


def _opened(kind: Callable[[BytesIO], ImageFile], content: bytes) -> ImageFile:
    """Open the file by its format's own class.

    `Image.open` would check the size against the limit of the surrounding program
    (`Image.MAX_IMAGE_PIXELS`), which is not ours to change; our own limits have their own texts.
    """
    try:
        return kind(BytesIO(content))
    except MemoryError:
        raise
    except Exception as error:  # on hostile bytes Pillow's parsers raise almost anything
        raise UnreadablePictureError from error
