"""Lay a cut-out on a background, in the cut-out's colour space."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from cutout.arrays import hide_colours, stripes
from cutout.colours import TRANSPARENT, Colour
from cutout.compose.placement import enlarged
from cutout.pictures import Picture, Pixels


def to_profile(image: Image.Image, own: bytes | None, wanted: bytes | None) -> Image.Image:
    """Convert an image in mode RGB or RGBA from its own ICC profile to the wanted one.

    None stands for sRGB. Colours stay as they are if no transform between the two can be built,
    such as from a camera profile without the inverse direction.
    """
    if own == wanted:
        return image
    try:
        transform = ImageCms.buildTransform(
            _profile(own),
            _profile(wanted),
            image.mode,
            image.mode,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return transform.apply(image)


def _profile(content: bytes | None) -> ImageCms.ImageCmsProfile:
    if content is None:
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    return ImageCms.ImageCmsProfile(BytesIO(content))


@dataclass(frozen=True)
class Backdrop:
    """Hold a decoded picture, a colour that shows through its transparent parts, or one of them."""

    colour: Colour | None = None
    picture: Picture | None = None


def lay_on(pixels: Pixels, backdrop: Backdrop, icc_profile: bytes | None) -> Pixels:
    """Return straight RGBA pixels laid on the backdrop, in the colours of `icc_profile`.

    None stands for sRGB. The shape is (height, width, 3) if the backdrop is opaque, else (..., 4),
    with colours of zero where the alpha is.
    """
    height, width = pixels.shape[:2]
    below = _canvas(backdrop, (width, height), icc_profile)
    laid = np.empty((height, width, len(below.getbands())), np.uint8)
    for rows in stripes(height):
        above = Image.fromarray(pixels[rows])
        part = below.crop((0, rows.start, width, rows.stop))
        if part.mode == "RGB":
            part.paste(above, mask=above)  # by its alpha, rounded to nearest
        else:
            part.alpha_composite(above)
        laid[rows] = np.asarray(part)
    if laid.shape[2] == 4:
        hide_colours(laid)
    return laid


def _canvas(backdrop: Backdrop, size: tuple[int, int], icc_profile: bytes | None) -> Image.Image:
    """Return the backdrop in the given size, in mode RGB, or RGBA if parts are transparent."""
    if backdrop.picture is None:
        return _plain(backdrop.colour or TRANSPARENT, size, icc_profile)
    own = backdrop.picture.icc_profile
    picture = to_profile(_covering(backdrop.picture, size), own, icc_profile)
    if picture.mode == "RGB" or backdrop.colour is None:
        return picture
    ground = _plain(backdrop.colour, size, icc_profile)
    if ground.mode == "RGB":
        ground.paste(picture, mask=picture)
    else:
        ground.alpha_composite(picture)
    return ground


def _plain(colour: Colour, size: tuple[int, int], icc_profile: bytes | None) -> Image.Image:
    dot = to_profile(Image.new("RGBA", (1, 1), colour), None, icc_profile)
    if colour.alpha == 255:
        dot = dot.convert("RGB")
    return Image.new(dot.mode, size, dot.getpixel((0, 0)))


def _covering(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """Scale the picture until it covers `size`, and crop the excess evenly on both sides."""
    image = picture.colour
    if picture.own_alpha is not None:
        image = image.copy()
        image.putalpha(Image.fromarray(picture.own_alpha))
    if image.size == size:
        return image
    scale = min(have / want for have, want in zip(image.size, size, strict=True))
    spare = [max(0.0, have - want * scale) for have, want in zip(image.size, size, strict=True)]
    (left, top), (width, height) = (each / 2 for each in spare), image.size
    box = (left, top, width - left, height - top)
    if scale < 1:
        return enlarged(image, size, box)
    # a bicubic kernel would brighten the colours beside transparent parts
    kind = Image.Resampling.BICUBIC if image.mode == "RGB" else Image.Resampling.HAMMING
    return image.resize(size, kind, box)
