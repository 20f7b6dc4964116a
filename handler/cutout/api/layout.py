"""Parse the query parameters for the answer's size and the object's position."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from cutout.layout import (
    ORIGINAL,
    Bound,
    Canvas,
    Margins,
    Region,
    parse_margins,
    parse_position,
    parse_region,
    parse_scale,
)
from cutout.options import QUALITY

MOST = 4096
"""Upper limit of a canvas's side, in pixels."""
MEGA = 1_000_000
_LENGTH = r"[0-9]{1,5}(?:[.][0-9]{1,4})?(?:px|%)"
_SHARE = r"(?:100|[0-9]{1,2}(?:[.][0-9]{1,4})?)%"
PATTERNS = {
    "roi": rf"^{_LENGTH}(?: {_LENGTH}){{3}}$",
    "margin": rf"^{_LENGTH}(?: {_LENGTH}(?: {_LENGTH} {_LENGTH})?)?$",
    "ratio": r"^(?:[1-9]|10)(?:[:/][1-9])?$",
    "scale": r"^(?:original|100%|[1-9][0-9](?:[.][0-9]{1,4})?%)$",
    "position": rf"^(?:original|center|{_SHARE}(?: {_SHARE})?)$",
}
"""Patterns for the OpenAPI page. They are stricter than the parsers."""
RATIO = re.compile(r"([0-9]{1,4})(?:[:/]([0-9]{1,4}))?")
FLATTEST = 10
SUBJECT = 0.85
"""Part of the canvas that marketplaces require the product to fill."""


class Preset(StrEnum):
    """Name the canvases that marketplaces require: white, square, 85 % filled by the object."""

    SQUARE = "square"
    AMAZON = "amazon"
    EBAY = "ebay"
    SHOPIFY = "shopify"


PRESET_SIDES = {Preset.AMAZON: 2000, Preset.EBAY: 1600, Preset.SHOPIFY: 2048}
"""Pixels; `square` keeps the picture's longer side."""


def checked(parse: Callable[[str], object], kind: str, message: str) -> AfterValidator:
    """Return a validator that keeps a text that `parse` accepts and else fails with `message`."""

    def check(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise PydanticCustomError(kind, message) from error
        return text

    return AfterValidator(check)


def parse_ratio(text: str) -> float:
    """Return width divided by height of `4:5`, `4/5` or `1`, from 1:10 to 10:1.

    Raise `ValueError` for anything else.
    """
    match = RATIO.fullmatch(text.strip())
    width, height = (int(each or 1) for each in match.groups()) if match else (0, 0)
    if not width or not height or not 1 / FLATTEST <= width / height <= FLATTEST:
        raise ValueError("Input should be a ratio of width and height, as 4:5")
    return width / height


RegionText = Annotated[
    str, checked(parse_region, "region", "Input should be x1 y1 x2 y2: 10% 10% 90% 90%")
]
MarginsText = Annotated[
    str, checked(parse_margins, "margin", "Input should be 1, 2 or 4 lengths, as 30px or 10%")
]
RatioText = Annotated[
    str, checked(parse_ratio, "ratio", "Input should be width and height, as 4:5, up to 10:1")
]
ScaleText = Annotated[
    str, checked(parse_scale, "scale", "Input should be 10% to 100%, or original")
]
PositionText = Annotated[
    str,
    checked(
        parse_position, "position", "Input should be original, center, or one or two percentages"
    ),
]


class LayoutQuery(BaseModel):
    """List the query parameters for the answer's size and the object's position."""

    roi: RegionText | None = Field(
        default=None,
        description="Left, top, right and bottom, each as `30px` or `10%`: only what lies inside "
        "can be foreground.",
        examples=["10% 10% 90% 90%"],
        json_schema_extra={"pattern": PATTERNS["roi"]},
    )
    margin: MarginsText | None = Field(
        default=None,
        description="Crops to the objects and leaves room around them, which may go past the "
        "picture's edge: 1, 2 or 4 lengths in the order of CSS, as `30px` or `10%` of the object's "
        "width or height. At most 50 % or 500 px a side. It wins over `crop-margin`.",
        examples=["10%", "5% 30px"],
        json_schema_extra={"pattern": PATTERNS["margin"]},
    )
    width: int | None = Field(
        default=None, ge=1, le=MOST, description="The answer's width in pixels."
    )
    height: int | None = Field(
        default=None, ge=1, le=MOST, description="The answer's height in pixels."
    )
    ratio: RatioText | None = Field(
        default=None,
        description="The answer's width by its height. Alone, it widens the picture to that.",
        examples=["1:1", "4:5"],
        json_schema_extra={"pattern": PATTERNS["ratio"]},
    )
    scale: ScaleText | None = Field(
        default=None,
        description="The part of the answer that the box round the objects is fitted into, 10% to "
        "100%; `original` leaves its size alone.",
        examples=["85%"],
        json_schema_extra={"pattern": PATTERNS["scale"]},
    )
    position: PositionText | None = Field(
        default=None,
        description="Where the objects stand: `center`, or percentages of the free room to the "
        "left and above; `original` leaves them in place.",
        examples=["center", "50% 90%"],
        json_schema_extra={"pattern": PATTERNS["position"]},
    )
    preset: Preset | None = Field(
        default=None,
        description="White, square, the objects in 85 % of it: `square`, or as a marketplace wants "
        "it. Other parameters override the preset.",
    )
    max_side: int | None = Field(
        default=None,
        alias="max-side",
        ge=1,
        description="Scales the answer down until its longer side has so many pixels.",
    )
    max_megapixels: float | None = Field(
        default=None,
        alias="max-megapixels",
        gt=0,
        le=1000,
        allow_inf_nan=False,
        description="Scales the answer down to so many megapixels.",
        examples=[0.25],
    )
    quality: int = Field(
        default=QUALITY, ge=1, le=100, description="Of a JPEG, a WebP, and the JPEG in a ZIP."
    )

    def region(self) -> Region | None:
        """Return the region of interest; None is the whole picture."""
        return None if self.roi is None else parse_region(self.roi)

    def margins(self) -> Margins | None:
        """Return the margins of `margin`, or None."""
        return None if self.margin is None else parse_margins(self.margin)

    def bound(self) -> Bound:
        """Return the limits of the answer's size."""
        pixels = None if self.max_megapixels is None else max(1.0, self.max_megapixels * MEGA)
        return Bound(pixels, self.max_side)

    def canvas(self) -> Canvas | None:
        """Return the canvas, or None if no parameter sets any part of it."""
        side = None if self.preset is None else PRESET_SIDES.get(self.preset)
        width, height, ratio = self.width, self.height, self.ratio and parse_ratio(self.ratio)
        if width is None and height is None and not ratio:
            width, height = side, side
            ratio = None if self.preset is None or side else 1.0
        scale = None if self.preset is None else SUBJECT
        if self.scale is not None:
            scale = parse_scale(self.scale)
        position = None if self.position is None else parse_position(self.position)
        if scale is None and position == ORIGINAL:
            position = None
        found = Canvas(width, height, ratio or None, scale, position)
        return None if found == Canvas() else found
