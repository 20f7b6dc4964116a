"""The room left around the object where a picture is cropped."""

import re
from dataclasses import dataclass

MARGIN = re.compile(r"(\d{1,4}(?:\.\d{1,4})?) ?(%|px)?", re.ASCII)
MAX_PERCENT, MAX_PIXELS = 100, 4096
MESSAGE = "Input should be pixels, as 30px, up to 4096, or a part of the object, as 10%, up to 100"


@dataclass(frozen=True)
class Margin:
    """On all four sides: pixels, and `share` of the longer side of the object's box."""

    pixels: int = 0
    share: float = 0.0

    def around(self, width: int, height: int) -> int:
        """In pixels, for an object of that size."""
        return self.pixels + round(self.share * max(width, height))


def parse_margin(text: str) -> Margin:
    """`30px`, `30`, or `10%`. Raises `ValueError` for anything else."""
    match = MARGIN.fullmatch(text.strip())
    if match is None:
        raise ValueError(MESSAGE)
    number, unit = float(match[1]), match[2]
    if unit == "%" and number <= MAX_PERCENT:
        return Margin(share=number / 100)
    if unit != "%" and number <= MAX_PIXELS and number.is_integer():
        return Margin(pixels=int(number))
    raise ValueError(MESSAGE)
