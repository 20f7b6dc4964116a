"""What a client may choose from, without the weight of numpy and Pillow."""

from enum import StrEnum


class Mode(StrEnum):
    """What the answer shows. Source: the original's README, "Overview"."""

    FG_IMAGE = "fg-image"
    FG_IMAGE_SHADOW = "fg-image-shadow"
    FG_MASK = "fg-mask"


class Representation(StrEnum):
    """How the answer holds the picture: in base64, or as a link that lives for a day. Source: the
    original's later versions."""

    BASE64 = "base64"
    URL = "url"
    BINARY = "binary"
    """The file itself, without JSON around it."""


class FileFormat(StrEnum):
    """What the answer's file is; the value is its suffix, the name what the answer says."""

    PNG = "png"
    WEBP = "webp"
    JPG = "jpg"
    ZIP = "zip"
    """`color.jpg`, the picture with its background, and `alpha.png`, the mask."""

    @property
    def media_type(self) -> str:
        """Return the `Content-Type` of such a file."""
        return MEDIA_TYPES[self]


class Model(StrEnum):
    """How closely the networks look."""

    AUTO = "auto"
    """Once, and again where a closer look can change the answer."""
    BEST = "best"
    """Always closely."""
    FAST = "fast"
    """Once."""


CUT_OUTS = (FileFormat.PNG, FileFormat.WEBP)
"""What the command writes."""
MEDIA_TYPES = {
    FileFormat.PNG: "image/png",
    FileFormat.WEBP: "image/webp",
    FileFormat.JPG: "image/jpeg",
    FileFormat.ZIP: "application/zip",
}
