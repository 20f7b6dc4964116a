"""Check the library's options, and make `Options` of them."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from numbers import Real
from operator import index
from os import PathLike
from pathlib import Path
from stat import S_ISREG
from typing import (
    IO,
    TYPE_CHECKING,
    Any,
    Literal,
    SupportsIndex,
    TypeAlias,
    TypedDict,
    TypeVar,
    Union,
    cast,
)

from PIL import Image

from cutout.choices import Margin, Mode, parse_margin
from cutout.colours import parse_colour
from cutout.layout import parse_margins, parse_position, parse_ratio, parse_region, parse_scale
from cutout.layout_options import MAX_CANVAS_SIDE, MAX_MEGAPIXELS, LayoutOptions, Preset
from cutout.options import SHADOW_LIMITS, Background, Options, ShadowLook

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

AnyPicture: TypeAlias = Union[
    str,
    PathLike[str],
    bytes,
    bytearray,
    memoryview,
    IO[bytes],
    Image.Image,
    "npt.NDArray[np.uint8]",
    "npt.NDArray[np.uint16]",
]
"""A file's path, its bytes, an open file, a Pillow image, or an array."""
AnyMask: TypeAlias = Union[
    AnyPicture,
    "npt.NDArray[np.bool_]",
    "npt.NDArray[np.floating[Any]]",
    "npt.NDArray[np.integer[Any]]",
]
"""As a picture; an array may also be of booleans, floats from 0 to 1, or integers 0 and 1."""

ModeName: TypeAlias = Literal["fg-image", "fg-image-shadow", "fg-mask"]
ModelName: TypeAlias = Literal["auto", "best", "fast"]
FormatName: TypeAlias = Literal["png", "webp", "jpg", "zip"]
PresetName: TypeAlias = Literal["square", "amazon", "ebay", "shopify"]
Choice = TypeVar("Choice", bound=StrEnum)
SHADOW = ShadowLook()
TEXTS: dict[str, tuple[Callable[[str], object], str]] = {
    "roi": (parse_region, "four lengths, left, top, right and bottom, each as '40px' or '10%'"),
    "margin": (parse_margins, "1, 2 or 4 lengths such as '30px' or '10%'"),
    "ratio": (parse_ratio, "a width and a height such as '4:5', up to '10:1'"),
    "scale": (parse_scale, "'10%' to '100%', or 'original'"),
    "position": (parse_position, "'center', 'original', or one or two of '0%' to '100%'"),
}
"""Options that are texts: how each is parsed, and what is allowed."""


class CutOutOptions(TypedDict, total=False):
    """List the options of a cut-out; `cutout.cut_out` describes them."""

    mode: ModeName | Mode
    background: AnyPicture | None
    crop: str | None
    margin: str | None
    roi: str | None
    width: int | None
    height: int | None
    ratio: str | None
    scale: str | None
    position: str | None
    preset: PresetName | Preset | None
    max_side: int | None
    max_megapixels: float | None
    shadow_opacity: float
    shadow_softness: float
    shadow_angle: float


NAMES = tuple(CutOutOptions.__annotations__)
ELSEWHERE = {
    "mask": "A mask belongs to one picture: give both to cut_out",
    "model": "A session has one for all pictures: Session(model='fast')",
}
"""Messages for options that belong to another call."""


def build_options(given: CutOutOptions) -> Options:
    """Return the options of a cut-out.

    Raise `TypeError` for an unknown name or a value of a wrong type, `ValueError` for a wrong
    value; both name what is allowed.
    """
    if unknown := set(given) - set(NAMES):
        name = min(unknown)
        hint = ELSEWHERE.get(name, f"There are {', '.join(NAMES)}")
        raise TypeError(f"no such option: {name}. {hint}")
    options = Options(
        mode=choose(Mode, given.get("mode", Mode.FG_IMAGE), "mode"),
        background=_background(given.get("background")),
        crop=_margin(given.get("crop")),
        shadow=_shadow(cast("Mapping[str, object]", given)),
        objects=True,
    )
    return _layout(cast("Mapping[str, object]", given)).applied(options)


def choose(kind: type[Choice], value: object, name: str) -> Choice:
    """Return the value of an enumeration.

    Raise `TypeError` unless it is a text, `ValueError` with all values if it is another one.
    """
    words = ", ".join(repr(str(each)) for each in kind)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {words}, not {type(value).__name__}")
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} must be one of {words}, not {value!r}") from None


def require_count(value: object, name: str, least: int = 1, most: int | None = None) -> int:
    """Return the value as an `int`.

    Raise `TypeError` unless it is a whole number, `ValueError` if it is under `least` or over
    `most`.
    """
    count = _whole(value)
    if count is None:
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if count < least or (most is not None and count > most):
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be {limits}, not {count}")
    return count


def _whole(value: object) -> int | None:
    """Return a whole number of any type, such as numpy's, and None for anything else."""
    is_truth = isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"
    if is_truth or not isinstance(value, SupportsIndex):
        return None
    try:
        return index(value)
    except TypeError:  # numpy's arrays have the method, but refuse
        return None


def _layout(given: Mapping[str, object]) -> LayoutOptions:
    texts = {name: _text(name, given.get(name)) for name in TEXTS}
    preset, megapixels = given.get("preset"), given.get("max_megapixels")
    return LayoutOptions(
        **texts,
        width=_count("width", given.get("width"), MAX_CANVAS_SIDE),
        height=_count("height", given.get("height"), MAX_CANVAS_SIDE),
        preset=None if preset is None else choose(Preset, preset, "preset"),
        max_side=_count("max_side", given.get("max_side")),
        max_megapixels=None if megapixels is None else _megapixels(megapixels),
    )


def _text(name: str, value: object) -> str | None:
    """Return the text of an option that its parser accepts."""
    if value is None:
        return None
    parse, allowed = TEXTS[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} must be {allowed}, not {value!r}")
    try:
        parse(value)
    except ValueError:
        raise ValueError(f"{name} must be {allowed}, not {value!r}") from None
    return value


def _count(name: str, value: object, most: int | None = None) -> int | None:
    return None if value is None else require_count(value, name, most=most)


def _megapixels(value: object) -> float:
    number = _number("max_megapixels", value, 0, MAX_MEGAPIXELS)
    if not number:
        raise ValueError("max_megapixels must be over 0")
    return number


def _shadow(given: Mapping[str, object]) -> ShadowLook:
    looks = {}
    for name, limits in SHADOW_LIMITS.items():
        value = given.get(f"shadow_{name}", getattr(SHADOW, name))
        looks[name] = _number(f"shadow_{name}", value, *limits)
    return ShadowLook(**looks)


def _number(name: str, value: object, low: int, high: int) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number from {low} to {high}, not {type(value).__name__}")
    number = cast("float", value)  # Real knows no comparison with int
    if not low <= number <= high:
        raise ValueError(f"{name} must be from {low} to {high}, not {number}")
    return float(number)


def _margin(value: object) -> Margin | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"crop must be a string such as '0', '30px' or '10%', not {value!r}")
    try:
        return parse_margin(value)
    except ValueError:
        raise ValueError(f"crop must be like '0', '30px' or '10%', not {value!r}") from None


def _background(value: object) -> Background:
    """Return a colour, or a picture in a file's bytes."""
    if value is None:
        return Background()
    if isinstance(value, str):
        try:
            return Background(parse_colour(value))
        except ValueError as error:
            if not _is_file(value):
                raise ValueError(
                    f"background must be a colour or a file, not {value!r}. {error}"
                ) from None
    from cutout.library.inputs import to_source  # noqa: PLC0415  # imports numpy

    return Background(picture=to_source(value))


def _is_file(path: str) -> bool:
    """Return whether a path leads to a file. Raise `OSError` if it can't be examined.

    `Path.is_file` returns False for the latter since Python 3.14.
    """
    try:
        return S_ISREG(Path(path).stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last one for a null byte
        return False
