"""Parse colours as people write them."""

import re
from typing import NamedTuple

from PIL import ImageColor

HEX = re.compile(r"#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
MAX_LENGTH = 64
MESSAGE = "Input should be #rgb, #rgba, #rrggbb, #rrggbbaa or the CSS name of a colour: white"


class Colour(NamedTuple):
    """Hold an sRGB colour with straight alpha, each channel 0..255."""

    red: int
    green: int
    blue: int
    alpha: int = 255


TRANSPARENT = Colour(0, 0, 0, 0)
NAMES = ("transparent", *ImageColor.colormap)


def parse_colour(text: str) -> Colour:
    """Parse `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, a CSS name, or `transparent`.

    The `#` may be left out, because it starts the fragment of a URL. Raise `ValueError` for
    anything else.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(MESSAGE)
    name = text.strip().lower()
    if name == NAMES[0]:
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
