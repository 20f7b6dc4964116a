"""Define the options for an answer's size and the object's position, as clients write them.

The API's parameters, the command's options and the library's arguments all pass through here.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from cutout.colours import Colour
from cutout.layout import (
    ORIGINAL,
    Bound,
    Canvas,
    parse_margins,
    parse_position,
    parse_ratio,
    parse_region,
    parse_scale,
)
from cutout.options import Options

MAX_CANVAS_SIDE = 4096
"""Upper limit of a canvas's width and height, in pixels."""
MAX_MEGAPIXELS = 1000
MEGA = 1_000_000
SUBJECT = 0.85
"""Part of the canvas that marketplaces require the product to fill."""
WHITE = Colour(255, 255, 255)


class Preset(StrEnum):
    """Name the canvases that marketplaces require: white, square, 85 % filled by the object."""

    SQUARE = "square"
    AMAZON = "amazon"
    EBAY = "ebay"
    SHOPIFY = "shopify"


PRESET_SIDES = {Preset.AMAZON: 2000, Preset.EBAY: 1600, Preset.SHOPIFY: 2048}
"""Pixels; `square` keeps the picture's longer side."""


@dataclass(frozen=True)
class LayoutOptions:
    """Hold the options as the API names them, with texts as `cutout.layout` parses them.

    None stands for an option that isn't given. `width`, `height` and `max_side` are in pixels.
    """

    roi: str | None = None
    margin: str | None = None
    width: int | None = None
    height: int | None = None
    ratio: str | None = None
    scale: str | None = None
    position: str | None = None
    preset: Preset | None = None
    max_side: int | None = None
    max_megapixels: float | None = None

    def applied(self, options: Options) -> Options:
        """Return the other options of a picture with these.

        `margin` replaces a crop, and a preset is white unless there is a colour. Raise `ValueError`
        for an invalid text.
        """
        background = options.background
        if self.preset is not None and background.colour is None:
            background = replace(background, colour=WHITE)
        return replace(
            options,
            background=background,
            crop=options.crop if self.margin is None else parse_margins(self.margin),
            roi=None if self.roi is None else parse_region(self.roi),
            canvas=self._canvas(),
            bound=self._bound(),
        )

    def _bound(self) -> Bound:
        """Return the limits of the answer's size."""
        pixels = None if self.max_megapixels is None else max(1.0, self.max_megapixels * MEGA)
        return Bound(pixels, self.max_side)

    def _canvas(self) -> Canvas | None:
        """Return the canvas, or None if no option sets any part of it."""
        side = None if self.preset is None else PRESET_SIDES.get(self.preset)
        width, height = self.width, self.height
        ratio = None if self.ratio is None else parse_ratio(self.ratio)
        if self.preset is not None and ratio is None and (width is None or height is None):
            ratio = 1.0
        if side is not None and width is None and height is None:
            width, height = (side, None) if ratio is None or ratio >= 1 else (None, side)
        scale = None if self.preset is None else SUBJECT
        if self.scale is not None:
            scale = parse_scale(self.scale)
        position = None if self.position is None else parse_position(self.position)
        if scale is None and position == ORIGINAL:
            position = None
        found = Canvas(width, height, ratio, scale, position)
        return None if found == Canvas() else found
