"""Colours as people write them."""

import re
from typing import NamedTuple

from PIL import ImageColor

HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.ASCII)
MAX_LENGTH = 64
MESSAGE = "Input should be #rgb, #rrggbb, #rrggbbaa or the CSS name of a colour, such as white"


class Colour(NamedTuple):
    """sRGB, each 0..255, straight alpha."""

    red: int
    green: int
    blue: int
    alpha: int = 255


TRANSPARENT = Colour(0, 0, 0, 0)


def parse_colour(text: str) -> Colour:
    """`#rgb`, `#rgba`, `#rrggbb` or `#rrggbbaa`, also without the `#`, which URLs have a use of
    their own for; a CSS name; or `transparent`. Raises `ValueError` for anything else."""
    if len(text) > MAX_LENGTH:
        raise ValueError(MESSAGE)
    name = text.strip().lower()
    if name == "transparent":
        return TRANSPARENT
    digits = ImageColor.colormap.get(name, name)
    if not isinstance(digits, str):
        return Colour(*digits)
    match = HEX.fullmatch(digits)
    if match is None:
        raise ValueError(MESSAGE)
    found = match[1]
    if len(found) < 6:
        found = "".join(each * 2 for each in found)
    return Colour(*bytes.fromhex(found))
