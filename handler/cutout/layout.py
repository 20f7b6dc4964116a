"""Define the size of an answer and the position of the object in it, and parse both."""

import re
from dataclasses import dataclass
from math import sqrt
from typing import Self

LENGTH = re.compile(r"([0-9]{1,9}(?:[.][0-9]+)?)(px|%)")
RATIO = re.compile(r"([0-9]{1,4})(?:[:/]([0-9]{1,4}))?")
FLATTEST = 10
MAX_TEXT = 160
"""Characters of four lengths with all the decimals that JavaScript and Python print."""

Size = tuple[int, int]
"""Width and height, in pixels."""


@dataclass(frozen=True)
class Length:
    """Hold a number of pixels, or a share, 0..1, of another length."""

    pixels: float = 0.0
    share: float = 0.0

    def along(self, whole: float) -> float:
        """Return the length in pixels; a share is that of `whole` pixels."""
        return self.pixels + self.share * whole


@dataclass(frozen=True)
class Region:
    """Hold two corners of a rectangle in a picture: left, top, right and bottom."""

    left: Length
    top: Length
    right: Length
    bottom: Length

    def within(self, size: tuple[int, int]) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom in pixels of a picture of `size`, unchecked."""
        width, height = size
        return (
            self.left.along(width),
            self.top.along(height),
            self.right.along(width),
            self.bottom.along(height),
        )


@dataclass(frozen=True)
class Margins:
    """Hold the margins around an object, which may reach past the picture's edge.

    Shares on the left and right are of the object's width, those at the top and bottom of its
    height. Each side is limited to 50 % of the object's size, or to 500 pixels.
    """

    top: Length = Length()
    right: Length = Length()
    bottom: Length = Length()
    left: Length = Length()

    MOST_SHARE = 0.5
    MOST_PIXELS = 500

    def around(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels, for an object of that size."""
        sides = ((self.left, width), (self.top, height), (self.right, width), (self.bottom, height))
        left, top, right, bottom = (round(self._cut(each, whole)) for each, whole in sides)
        return left, top, right, bottom

    def _cut(self, length: Length, whole: int) -> float:
        if length.share:
            return min(length.share, self.MOST_SHARE) * whole
        return min(length.pixels, self.MOST_PIXELS)

    @classmethod
    def of(cls, lengths: list[Length]) -> Self:
        """Return the margins for 1, 2 or 4 lengths in the order of CSS.

        Raise `ValueError` for any other number of lengths.
        """
        if len(lengths) not in (1, 2, 4):
            raise ValueError("Input should be 1, 2 or 4 lengths")
        return cls(*(lengths * (4 // len(lengths))))


@dataclass(frozen=True)
class Position:
    """Hold a place in the free space of a canvas: 0 is left or top, 1 is right or bottom."""

    across: float = 0.5
    down: float = 0.5


CENTRE = Position()
ORIGINAL = Position(-1, -1)
"""Stands for the object's place in the picture, as a share of the free space around it."""


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
        longer = max(width, height)
        if self.side is not None and self.side < longer:  # a huge number can't be divided
            factors.append(self.side / longer)
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

    def tightened(self, pixels: float, side: int | None = None) -> "Bound":
        """Return the tighter of this bound and another one."""
        sides = [each for each in (self.side, side) if each is not None]
        own = pixels if self.pixels is None else min(self.pixels, pixels)
        return Bound(own, min(sides, default=None))


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
        if height is None:
            if width is None:
                return max(base[0], round(base[1] * ratio)), max(base[1], round(base[0] / ratio))
            height = round(width / ratio)
        elif width is None:
            width = round(height * ratio)
        return max(1, width), max(1, height)


def parse_length(text: str) -> Length:
    """Return the length of `30px` or `10%`. Raises `ValueError` for anything else."""
    match = LENGTH.fullmatch(text)
    if match is None:
        raise ValueError("Input should be pixels, as 30px, or percent, as 10%")
    number = float(match[1])
    return Length(pixels=number) if match[2] == "px" else Length(share=number / 100)


def parse_region(text: str) -> Region:
    """Return the region of `x1 y1 x2 y2`, each as `30px` or `10%`, which may be negative.

    Raise `ValueError` for anything else.
    """
    words = _words(text)
    if len(words) != 4:
        raise ValueError("Input should be four lengths, x1 y1 x2 y2, each as 40px or 10%")
    return Region(*map(_parse_signed, words))


def _parse_signed(text: str) -> Length:
    length = parse_length(text.removeprefix("-"))
    return Length(-length.pixels, -length.share) if text.startswith("-") else length


def parse_margins(text: str) -> Margins:
    """Return the margins of 1, 2 or 4 lengths; `0` needs no unit. Raises `ValueError`."""
    return Margins.of([parse_length("0px" if each == "0" else each) for each in _words(text)])


def parse_ratio(text: str) -> float:
    """Return width divided by height of `4:5`, `4/5` or `1`, from 1:10 to 10:1.

    Raise `ValueError` for anything else.
    """
    match = RATIO.fullmatch(text.strip())
    width, height = (int(each or 1) for each in match.groups()) if match else (0, 0)
    if not width or not height or not 1 / FLATTEST <= width / height <= FLATTEST:
        raise ValueError("Input should be width and height, as 4:5, up to 10:1")
    return width / height


def parse_scale(text: str) -> float | None:
    """Return `10%`..`100%` as 0.1..1, and None for `original`. Raises `ValueError`."""
    if text.strip().lower() == "original":
        return None
    share = _percent(text.strip())
    if not 0.1 <= share <= 1:
        raise ValueError("Input should be 10% to 100%, or original")
    return share


def parse_position(text: str) -> Position:
    """Return the position of `original`, `center`, `30%` or `30% 80%`.

    Raise `ValueError` for anything else.
    """
    words = _words(text.lower())
    if words == ["original"]:
        return ORIGINAL
    if words == ["center"]:
        return CENTRE
    if len(words) not in (1, 2):
        raise ValueError("Input should be original, center, or one or two of 0% to 100%")
    shares = [_percent(each) for each in words]
    if max(shares) > 1:
        raise ValueError("Input should be original, center, or one or two of 0% to 100%")
    return Position(shares[0], shares[-1])


def _words(text: str) -> list[str]:
    return text.split() if len(text) <= MAX_TEXT else []


def _percent(text: str) -> float:
    match = LENGTH.fullmatch(text) if len(text) <= MAX_TEXT else None
    if match is None or match[2] != "%":
        raise ValueError("Input should be percent, as 80%")
    return float(match[1]) / 100
