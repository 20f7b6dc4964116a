"""Define what a client may choose from, without importing numpy or Pillow."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Name what the answer shows. Source: the reference API's README, "Overview"."""

    FG_IMAGE = "fg-image"
    FG_IMAGE_SHADOW = "fg-image-shadow"
    FG_MASK = "fg-mask"


class Representation(StrEnum):
    """Name how the picture is returned: in base64, by a link valid for a day, or as the bare file.

    Source: later versions of the reference API.
    """

    BASE64 = "base64"
    URL = "url"
    BINARY = "binary"
    """The file itself, without JSON around it."""


class FileFormat(StrEnum):
    """Name the file type: the value is the suffix, and the name the entity's `format`."""

    PNG = "png"
    WEBP = "webp"
    JPG = "jpg"
    ZIP = "zip"
    """`color.jpg`, the picture with its background, and `alpha.png`, the mask."""

    @property
    def media_type(self) -> str:
        """Return the `Content-Type` of such a file."""
        return MEDIA_TYPES[self]

    @property
    def max_side(self) -> int | None:
        """Return the most pixels of a side that the format, or its encoder, allows."""
        return MAX_SIDES.get(self)

    @classmethod
    def _missing_(cls, value: object) -> "FileFormat | None":
        """Return the format for a name in any case, and for `jpeg`."""
        name = value.lower() if isinstance(value, str) else ""
        name = {"jpeg": "jpg"}.get(name, name)
        return next((each for each in cls if each.value == name), None)


class Model(StrEnum):
    """Choose which networks run."""

    AUTO = "auto"
    """Run more networks where they can change the answer."""
    BEST = "best"
    """Run all of them."""
    FAST = "fast"
    """Run more networks where they can change the answer much, but never the slowest."""


class Compression(StrEnum):
    """Name how much time a PNG takes; its pixels are always the same."""

    FAST = "fast"
    BALANCED = "balanced"
    """The least total cost on Lambda, of time and of bytes that leave AWS."""
    SMALL = "small"
    """The fewest bytes."""


MEDIA_TYPES = {
    FileFormat.PNG: "image/png",
    FileFormat.WEBP: "image/webp",
    FileFormat.JPG: "image/jpeg",
    FileFormat.ZIP: "application/zip",
}

MAX_SIDES = {FileFormat.WEBP: 16_383, FileFormat.JPG: 65_500, FileFormat.ZIP: 65_500}
"""libwebp's limit, and that of libjpeg (in a ZIP as well)."""

MARGIN = re.compile(r"([0-9]{1,4})(?:px)?|([0-9]{1,3}(?:[.][0-9]+)?)%")
MARGIN_MESSAGE = "Input should be pixels, as 30px, or a part of the object, as 10%"


@dataclass(frozen=True)
class Margin:
    """Hold a margin around the object on all four sides.

    It is `pixels` plus `share` of the longer side of the object's box.
    """

    pixels: int = 0
    share: float = 0.0

    def around(self, width: int, height: int) -> int:
        """Return the margin in pixels for an object of that size."""
        return self.pixels + round(self.share * max(width, height))


def parse_margin(text: str) -> Margin:
    """Parse `30px`, `30` or `10%`: pixels up to 9999, percent up to three digits before the point.

    Raise `ValueError` for anything else.
    """
    match = MARGIN.fullmatch(text.strip())
    if match is None:
        raise ValueError(MARGIN_MESSAGE)
    pixels, percent = match.groups()
    if percent is None:
        return Margin(pixels=int(pixels))
    return Margin(share=float(percent) / 100)
