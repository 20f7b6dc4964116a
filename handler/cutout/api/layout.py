"""Parse the query parameters for the answer's size and the object's position."""

from collections.abc import Callable
from dataclasses import fields
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from cutout.layout import parse_margins, parse_position, parse_ratio, parse_region, parse_scale
from cutout.layout_options import MAX_CANVAS_SIDE, MAX_MEGAPIXELS, LayoutOptions, Preset
from cutout.options import QUALITY

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


def checked(parse: Callable[[str], object], kind: str, message: str) -> AfterValidator:
    """Return a validator that keeps a text that `parse` accepts and else fails with `message`."""

    def check(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise PydanticCustomError(kind, message) from error
        return text

    return AfterValidator(check)


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
        description="The only region that can be foreground: left, top, right and bottom, each as "
        "`30px` or `10%`.",
        examples=["10% 10% 90% 90%"],
        json_schema_extra={"pattern": PATTERNS["roi"]},
    )
    margin: MarginsText | None = Field(
        default=None,
        description="Crops to the objects and adds a margin, which may exceed the picture: 1, 2 or "
        "4 lengths in CSS order, `30px` or `10%` of the objects' width or height. At most 50 % or "
        "500 px per side. It wins over `crop-margin`.",
        examples=["10%", "5% 30px"],
        json_schema_extra={"pattern": PATTERNS["margin"]},
    )
    width: int | None = Field(
        default=None, ge=1, le=MAX_CANVAS_SIDE, description="The answer's width in pixels."
    )
    height: int | None = Field(
        default=None, ge=1, le=MAX_CANVAS_SIDE, description="The answer's height in pixels."
    )
    ratio: RatioText | None = Field(
        default=None,
        description="Ratio of the answer's width to its height. Alone, it extends the canvas.",
        examples=["1:1", "4:5"],
        json_schema_extra={"pattern": PATTERNS["ratio"]},
    )
    scale: ScaleText | None = Field(
        default=None,
        description="The part of the canvas that the objects are fitted into, 10% to 100%; "
        "`original` keeps their size.",
        examples=["85%"],
        json_schema_extra={"pattern": PATTERNS["scale"]},
    )
    position: PositionText | None = Field(
        default=None,
        description="Position of the objects: `center`, or percentages of the free space to the "
        "left and above; `original` leaves them in place.",
        examples=["center", "50% 90%"],
        json_schema_extra={"pattern": PATTERNS["position"]},
    )
    preset: Preset | None = Field(
        default=None,
        description="White square with the objects in 85 % of it: `square`, or the size that a "
        "marketplace requires. Other parameters override the preset.",
    )
    max_side: int | None = Field(
        default=None,
        alias="max-side",
        ge=1,
        description="Maximum pixels of the longer side, to which the answer is scaled down.",
    )
    max_megapixels: float | None = Field(
        default=None,
        alias="max-megapixels",
        gt=0,
        le=MAX_MEGAPIXELS,
        allow_inf_nan=False,
        description="Maximum megapixels, to which the answer is scaled down.",
        examples=[0.25],
    )
    quality: int = Field(
        default=QUALITY,
        ge=1,
        le=100,
        description="Quality of a JPEG, a WebP, or the JPEG in a ZIP.",
    )

    def layout(self) -> LayoutOptions:
        """Return the parameters without their names in a query."""
        names = (each.name for each in fields(LayoutOptions))
        return LayoutOptions(**{name: getattr(self, name) for name in names})
