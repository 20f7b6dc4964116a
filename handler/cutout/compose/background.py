"""Colours from one picture's ICC profile to another's."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from cutout.arrays import stripes
from cutout.colours import TRANSPARENT, Colour
from cutout.pictures import Picture, Pixels


def to_profile(image: Image.Image, own: bytes | None, wanted: bytes | None) -> Image.Image:
    """An image in mode RGB or RGBA, its colours brought from its own profile to the one wanted;
    None is sRGB. Where one of them can't be converted by, as that of a camera that knows no way
    back, they stay as they are."""
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
    """A decoded picture whose holes show the colour, or either of them alone."""

    colour: Colour | None = None
    picture: Picture | None = None


def lay_on(pixels: Pixels, backdrop: Backdrop, icc_profile: bytes | None) -> Pixels:
    """Straight RGBA laid on the backdrop, whose colours are brought to those of `icc_profile` (None
    is sRGB). Shape (height, width, 3) where nothing shows through any more, else (..., 4)."""
    height, width = pixels.shape[:2]
    below = _canvas(backdrop, (width, height), icc_profile)
    laid = np.empty((height, width, len(below.getbands())), np.uint8)
    for rows in stripes(height):
        above = Image.fromarray(pixels[rows])
        part = below.crop((0, rows.start, width, rows.stop))
        if part.mode == "RGB":
            part.paste(above, mask=above)  # by the channel's own alpha, rounded to nearest
        else:
            part.alpha_composite(above)
        laid[rows] = np.asarray(part)
    return laid


def _canvas(backdrop: Backdrop, size: tuple[int, int], icc_profile: bytes | None) -> Image.Image:
    """The backdrop at that size, in mode RGB, or RGBA where it has holes."""
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
    """Scaled until it covers `size`, what juts out cut off evenly on both sides."""
    image = picture.colour
    if picture.holes is not None:
        image = image.copy()
        image.putalpha(Image.fromarray(picture.holes))
    if image.size == size:
        return image
    scale = min(have / want for have, want in zip(image.size, size, strict=True))
    spare = [max(0.0, have - want * scale) for have, want in zip(image.size, size, strict=True)]
    (left, top), (width, height) = (each / 2 for each in spare), image.size
    box = (left, top, width - left, height - top)
    return image.resize(size, Image.Resampling.BICUBIC, box)
