"""Warn about likely misspelled parameters and about JPEG's missing transparency."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from cutout.api.parameters import OptionsQuery
from cutout.options import Options

CLOSE = 0.85
QUOTABLE = re.compile(r"[A-Za-z0-9_.\[\]-]{1,40}")
FILES = ("image", "url", "image-bg", "url-bg", "mask")
KNOWN = {field.alias or name for name, field in OptionsQuery.model_fields.items()} | {*FILES}
ELSEWHERE = {
    "add_shadow": "mode=fg-image-shadow",
    "bg_image_file": "image-bg",
    "bg_image_url": "url-bg",
    "channels": "mode",
    "image_file": "image",
    "image_url": "url",
    "shadow_type": "mode=fg-image-shadow",
    "size": "max-megapixels",
}
"""Parameters of remove.bg's API and their equivalents here."""
ON_WHITE = "JPEG has no transparency: the object is laid on white. Set bg-color for another colour."
MOST = 5


def warnings(names: Iterable[str], options: Options) -> dict[str, str]:
    """Return a `Warning` header (RFC 7234, code 299), or an empty dictionary without a warning.

    `names` are the request's parameters. At most `MOST` of them get a warning.
    """
    texts = [
        f"{name} is not a parameter of this API; did you mean {meant}?"
        for name in dict.fromkeys(names)
        if (meant := _meant(name)) is not None
    ][:MOST]
    if options.lies_on_white:
        texts.append(ON_WHITE)
    return {"Warning": ", ".join(f'299 - "{text}"' for text in texts)} if texts else {}


def _meant(name: str) -> str | None:
    """Return the parameter that an unknown name resembles, or None."""
    if name in KNOWN or not QUOTABLE.fullmatch(name):
        return None
    plain = name.lower().replace("_", "-")
    if plain in KNOWN:
        return plain
    close = get_close_matches(plain, KNOWN, 1, CLOSE)
    return ELSEWHERE.get(name.lower()) or (close[0] if close else None)
