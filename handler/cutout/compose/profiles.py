"""Colours from one picture's ICC profile to another's."""

from io import BytesIO

from PIL import Image, ImageCms


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
