"""Define the size of an answer and the position of the object in it."""

from dataclasses import dataclass
from math import sqrt

from cutout.lengths import Position

Size = tuple[int, int]
"""Width and height, in pixels."""


@dataclass(frozen=True)
class Bound:
    """Hold the upper limits of an answer's size; None is no limit. Nothing is ever enlarged."""

    pixels: float | None = None
    side: int | None = None

    def factor(self, width: float, height: float) -> float:
        """Return the factor, up to 1, that brings a picture of that size within the bound."""
        factors = [1.0]
        if self.pixels is not None:
            factors.append(sqrt(self.pixels / (width * height)))
        if self.side is not None:
            factors.append(self.side / max(width, height))
        return min(factors)

    def of(self, size: Size) -> Size:
        """Return `size` scaled down to the bound.

        Each side is rounded on its own, so that the area may exceed the bound slightly. Source:
        recorded answers of remove.bg, where 2400x1600 at 0.25 megapixels is 612x408.
        """
        factor = self.factor(*size)
        if factor >= 1:
            return size
        width, height = (max(1, round(side * factor)) for side in size)
        return width, height

    def and_pixels(self, pixels: float | None) -> "Bound":
        """Return the tighter of both."""
        if pixels is None:
            return self
        own = pixels if self.pixels is None else min(self.pixels, pixels)
        return Bound(own, self.side)


@dataclass(frozen=True)
class Canvas:
    """Hold the size of the answer, and the object's size and position in it.

    `width` and `height` are in pixels. If one is missing, it follows from the other and `ratio`
    (width divided by height), or the proportions of the picture after cropping. `ratio` alone
    extends the picture. `scale` is the part, 0..1, of the canvas that the box around all objects
    is fitted into; without it the whole picture is fitted. Without a `position`, objects stay in
    place, or are centred if they are scaled.
    """

    width: int | None = None
    height: int | None = None
    ratio: float | None = None
    scale: float | None = None
    position: Position | None = None

    def size(self, base: Size) -> Size:
        """Return the canvas's size for a picture of size `base`."""
        width, height = self.width, self.height
        ratio = self.ratio or base[0] / base[1]
        if width is None and height is None:
            return max(base[0], round(base[1] * ratio)), max(base[1], round(base[0] / ratio))
        if width is None:
            width = round((height or 1) * ratio)
        if height is None:
            height = round(width / ratio)
        return max(1, width), max(1, height)
