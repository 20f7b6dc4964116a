"""Convert any colour space of a JPEG or PNG to 8-bit RGB, plus the input's own alpha."""

from io import BytesIO
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageCms, ImageFile

from cutout.decode.icc import trusted_profile
from cutout.decode.png_colour import COLOUR_SPACE, ColourSpace
from cutout.pictures import Alpha

Transparent: TypeAlias = int | tuple[int, ...] | bytes | None
"""A grey or an RGB, or the alpha of each colour in a palette."""

PROFILE_SPACES = {b"RGB ": "RGB", b"CMYK": "CMYK", b"GRAY": "L"}
NEARLY_OPAQUE = 250
"""Lowest alpha (0..255) that still makes a picture opaque: some photos have 254 throughout. Colours
of a transparent one count as free of the old background, which would stay at edges."""
KEY_FACTORS = {"L;2": 85, "L;4": 17}
GREY_8_OF_16: Alpha = ((np.arange(65536, dtype=np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
SPACE_OFFSET = slice(16, 20)  # ICC.1:2022, 7.2: data colour space in the profile's header


def split_colour(image: Image.Image) -> tuple[Image.Image, Alpha | None, bytes | None]:
    """Return a decoded image as colour in mode RGB, its own alpha, and its ICC profile if for RGB.

    Pixels with a CMYK or grey profile are converted to sRGB by it, since a PNG in RGB can't carry
    such a profile.
    """
    profile = sound_profile(image.info.get("icc_profile"))
    named: ColourSpace | None = None if profile else image.info.get(COLOUR_SPACE)
    if named is not None and image.mode.startswith("I"):  # dark values differ in 16 bits only
        image, named = eight_bits(image, named.table(65536)), None
    else:
        image = eight_bits(image)
    own_alpha = alpha_channel(image)
    if own_alpha is not None and own_alpha.min() >= NEARLY_OPAQUE:
        own_alpha = None
    space = PROFILE_SPACES.get(profile[SPACE_OFFSET]) if profile else None
    colour = _flat(image)
    if named is not None:
        return _named(colour, named, own_alpha)
    if space == "RGB" and colour.mode == "RGB":
        return colour, own_alpha, profile
    if profile and space == colour.mode:
        return _to_srgb(colour, profile), own_alpha, None
    # Pillow's convert copies even what is RGB already: 35 ms at 4096²
    return colour if colour.mode == "RGB" else colour.convert("RGB"), own_alpha, None


def _named(
    colour: Image.Image, space: ColourSpace, own_alpha: Alpha | None
) -> tuple[Image.Image, Alpha | None, bytes | None]:
    """Apply the space that a PNG names in numbers. A grey has the same values in all of them."""
    applied = space.apply(colour)
    if colour.mode == "RGB":
        return applied, own_alpha, space.profile
    return applied.convert("RGB"), own_alpha, None


def transparent_colour(image: Image.Image) -> Transparent:
    """Return the transparent colour of a PNG in the depth that Pillow decodes to.

    Pillow leaves it as it is in the file, and knows the file's depth only until the pixels are
    loaded. Of 16-bit colours only the upper bytes are left: see `deep_pixels`.
    """
    key: Transparent = image.info.get("transparency")
    depth = image.tile[0].args if isinstance(image, ImageFile.ImageFile) and image.tile else None
    if depth in KEY_FACTORS and isinstance(key, int):
        return key * KEY_FACTORS[depth]
    if depth == "RGB;16B" and isinstance(key, tuple):
        return tuple(channel >> 8 for channel in key)
    return key


def eight_bits(image: Image.Image, table: Alpha | None = None) -> Image.Image:
    """Scale 16-bit grey to 8 bits, with its transparent value; clip values beyond 16 bits.

    `table` holds the 8-bit value for each of 16 bits, if they aren't proportional.
    Pillow scales 16-bit colours while decoding.
    """
    if not image.mode.startswith("I"):
        return image
    deep = np.asarray(image)
    grey = Image.fromarray((GREY_8_OF_16 if table is None else table)[np.clip(deep, 0, 65535)])
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        alpha = np.not_equal(deep, transparent).astype(np.uint8) * np.uint8(255)
        grey.putalpha(Image.fromarray(alpha))
    return grey


def alpha_channel(image: Image.Image) -> Alpha | None:
    """Return the alpha from a channel, a palette or a transparent colour; None if opaque."""
    if not image.has_transparency_data:
        return None
    with_alpha = image if "A" in image.getbands() else image.convert("RGBA")
    alpha = np.asarray(with_alpha.getchannel("A"))
    return None if alpha.min() == 255 else alpha


def _flat(image: Image.Image) -> Image.Image:
    """Return the colours without the alpha, in mode L, CMYK or RGB."""
    if image.mode in ("L", "CMYK", "RGB"):
        return image
    if image.mode in ("1", "LA"):
        return image.convert("L")
    if image.mode == "RGBA":
        return image.convert("RGB")
    # by way of RGBA, so that palette and transparent colour don't warn of each other
    return image.convert("RGBA").convert("RGB")


def sound_profile(profile: bytes | None) -> bytes | None:
    """Return the profile's trusted part if lcms can open it, else None.

    Any other profile is neither used for conversion nor passed on in the answer.
    """
    trusted = trusted_profile(profile) if profile else None
    if trusted is None:
        return None
    try:
        ImageCms.ImageCmsProfile(BytesIO(trusted))
    except OSError:
        return None
    return trusted


def _to_srgb(colour: Image.Image, profile: bytes) -> Image.Image:
    """Convert by the profile, or without it if it is broken."""
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
