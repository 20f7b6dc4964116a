"""Turn remove.bg's parameters into the pipeline's options."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cutout.api.removebg.errors import invalid
from cutout.choices import FileFormat, Mode
from cutout.colours import parse_colour
from cutout.layout import (
    ORIGINAL,
    Bound,
    Canvas,
    Margins,
    parse_margins,
    parse_position,
    parse_region,
    parse_scale,
)
from cutout.layout_options import MEGA
from cutout.options import Background, Options, ShadowLook
from cutout.settings import Settings

Value = TypeVar("Value")

SIZES = {
    "preview": 0.25,
    "small": 0.25,
    "regular": 0.25,
    "medium": 1.5,
    "hd": 4,
    "full": 25,
    "4k": 25,
    "50mp": 50,
    "auto": 25,
}
"""Upper bounds in megapixels; includes the legacy names."""
PNG_PIXELS = 10 * MEGA
FULL_PIXELS = 25 * MEGA
FORMATS = ("auto", "png", "jpg", "webp", "zip")
TYPES = (
    *("auto", "person", "product", "car", "animal", "graphic", "graphics", "transportation"),
    "other",
)
LEVELS = ("none", "1", "2", "latest")
SHADOWS = ("auto", "car", "3d", "drop", "none")
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
OPACITY = 50.0
PERCENT = re.compile(r"[0-9]{1,3}(?:[.][0-9]+)?")
OURS = ("other", "product")
"""Types in brackets that apply here, where every object is `other`."""


@dataclass(frozen=True)
class ParsedOptions:
    """Hold a request's parameters.

    `auto_format` chooses PNG or JPEG by the result, `may_shrink` allows an answer below the size
    in `options`, and `names_type` adds the header `X-Type`.
    """

    options: Options
    auto_format: bool = True
    may_shrink: bool = True
    names_type: bool = True


def parse(texts: Mapping[str, str], settings: Settings) -> ParsedOptions:
    """Return the request's parameters; ignore unknown fields. Raise `RemoveBgError`."""
    read = _Reader(texts)
    size = read.one_of("size", SIZES, settings.removebg_size)
    kind = read.one_of("format", FORMATS, "auto")
    channels = read.one_of("channels", ("rgba", "alpha"), "rgba")
    read.one_of("type", TYPES, "auto")
    level = read.one_of("type_level", LEVELS, "1")
    read.boolean("semitransparency", default=True)
    read.boolean("add_shadow", default=False)
    shadow, look = _shadow(read)
    pixels = SIZES[size] * MEGA
    mode = Mode.FG_IMAGE_SHADOW if shadow else Mode.FG_IMAGE
    options = Options(
        mode=Mode.FG_MASK if channels == "alpha" else mode,
        background=Background(read.parsed("bg_color", parse_colour, None)),
        crop=_crop(read),
        format=FileFormat.PNG if kind == "auto" else FileFormat(kind),
        shadow=look,
        objects=True,
        roi=read.parsed("roi", parse_region, None),
        canvas=_canvas(read),
        bound=Bound(min(pixels, PNG_PIXELS) if kind == "png" else pixels),
    )
    return ParsedOptions(
        options, kind == "auto", size == "auto" or "size" not in texts, level != "none"
    )


def _crop(read: "_Reader") -> Margins | None:
    margins = read.parsed("crop_margin", parse_margins, Margins())
    return margins if read.boolean("crop", default=False) else None


def _canvas(read: "_Reader") -> Canvas | None:
    scale = read.parsed("scale", parse_scale, None)
    position = read.parsed("position", parse_position, None)
    if scale is None and position == ORIGINAL:
        position = None
    return Canvas(scale=scale, position=position) if scale or position else None


def _shadow(read: "_Reader") -> tuple[bool, ShadowLook]:
    """Return whether a shadow is drawn, and its look.

    `add_shadow`, which applies to cars only, draws none, because cars are not recognized.
    """
    kinds = {name: read.one_of(name, SHADOWS, "none") for name in read.bracketed("shadow_type")}
    darkness = {name: _opacity(read, name) for name in read.bracketed("shadow_opacity")}
    drawn = _that_applies(kinds, "shadow_type", "none") != "none"
    return drawn, ShadowLook(opacity=_that_applies(darkness, "shadow_opacity", OPACITY) / 100)


def _that_applies(found: Mapping[str, Value], name: str, default: Value) -> Value:
    """Return the value of one of `OURS` in brackets, else that of the plain field."""
    names = [*(f"{name}[{each}]" for each in OURS), name]
    return next((found[each] for each in names if each in found), default)


def _opacity(read: "_Reader", name: str) -> float:
    text = read.texts[name].strip().lower()
    if text == "auto":
        return OPACITY
    if not PERCENT.fullmatch(text) or float(text) > 100:
        raise invalid("shadow_opacity")
    return float(text)


@dataclass(frozen=True)
class _Reader:
    """Read single fields; raise `RemoveBgError` for an invalid value."""

    texts: Mapping[str, str]

    def one_of(self, name: str, values: Mapping[str, object] | tuple[str, ...], usual: str) -> str:
        found = self.texts.get(name, usual).lower()
        if found not in values:
            raise invalid(name.partition("[")[0])
        return found

    def boolean(self, name: str, *, default: bool) -> bool:
        text = self.texts.get(name)
        if text is None:
            return default
        if text.lower() not in BOOLEANS:
            raise invalid(name)
        return BOOLEANS[text.lower()]

    def parsed(self, name: str, parser: Callable[[str], Value], default: Value) -> Value:
        text = self.texts.get(name)
        if text is None:
            return default
        try:
            return parser(text)
        except ValueError as error:
            raise invalid(name) from error

    def bracketed(self, name: str) -> list[str]:
        """Return the names of the given fields: the plain one, and those of a type in brackets."""
        return [
            each for each in (name, *(f"{name}[{kind}]" for kind in TYPES)) if each in self.texts
        ]
