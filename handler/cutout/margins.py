"""The room left around the object where a picture is cropped."""

import re
from dataclasses import dataclass

MARGIN = re.compile(r"([0-9]{1,4})(?:px)?|([0-9]{1,3}(?:[.][0-9]{1,2})?)%")
MESSAGE = "Input should be pixels, as 30px, or a part of the object, as 10%"


@dataclass(frozen=True)
class Margin:
    """On all four sides: pixels, and `share` of the longer side of the object's box."""

    pixels: int = 0
    share: float = 0.0

    def around(self, width: int, height: int) -> int:
        """In pixels, for an object of that size."""
        return self.pixels + round(self.share * max(width, height))


def parse_margin(text: str) -> Margin:
    """`30px`, `30`, or `10%`, up to four digits before the point and of percent three. Raises
    `ValueError` for anything else."""
    match = MARGIN.fullmatch(text.strip())
    if match is None:
        raise ValueError(MESSAGE)
    pixels, percent = match.groups()
    if percent is None:
        return Margin(pixels=int(pixels))
    return Margin(share=float(percent) / 100)
