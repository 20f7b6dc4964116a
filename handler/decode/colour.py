"""Any colour space a JPEG or PNG can have becomes 8-bit RGB, plus the input's own alpha."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

from handler.pictures import Alpha

PROFILE_SPACES = {b"RGB ": "RGB", b"CMYK": "CMYK", b"GRAY": "L"}
SPACE_OFFSET = slice(16, 20)  # ICC.1:2022, 7.2: data colour space in the profile's header


def split_colour(image: Image.Image) -> tuple[Image.Image, Alpha | None, bytes | None]:
    """A decoded image as colour in mode RGB, holes, and the ICC profile if it describes RGB.

    Pixels with a CMYK or grey profile are converted to sRGB by it, since a PNG in RGB can't carry
    such a profile.
    """
    profile = image.info.get("icc_profile") or None
    image = _eight_bits(image)
    holes = _holes(image)
    space = PROFILE_SPACES.get(profile[SPACE_OFFSET]) if profile else None
    colour = _flat(image)
    if space == "RGB" and colour.mode == "RGB":
        return colour, holes, profile
    if profile and space == colour.mode:
        return _to_srgb(colour, profile), holes, None
    return colour.convert("RGB"), holes, None


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey scaled to 8 bits, its transparent value with it. (16-bit colours Pillow scales
    while decoding.)"""
    if not image.mode.startswith("I"):
        return image
    deep = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((deep * 255 + 32767) // 65535).astype(np.uint8))
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        grey.putalpha(Image.fromarray(np.where(deep == transparent, 0, 255).astype(np.uint8)))
    return grey


def _holes(image: Image.Image) -> Alpha | None:
    """The image's alpha, from a channel, a palette or a transparent colour; none if opaque."""
    if not image.has_transparency_data:
        return None
    holes = np.asarray(image.convert("RGBA").getchannel("A"))
    return None if holes.min() == 255 else holes


def _flat(image: Image.Image) -> Image.Image:
    """The colours without the alpha, in mode L, CMYK or RGB."""
    if image.mode in ("L", "CMYK", "RGB"):
        return image
    if image.mode in ("1", "LA"):
        return image.convert("L")
    # by way of RGBA, so that palette and transparent colour don't warn of each other
    return image.convert("RGBA").convert("RGB")


def _to_srgb(colour: Image.Image, profile: bytes) -> Image.Image:
    """Converted by its profile, or plainly where the profile is broken."""
    try:
        converted = ImageCms.profileToProfile(
            colour,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return colour.convert("RGB")
    return converted or colour.convert("RGB")
