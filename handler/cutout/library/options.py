"""Check the library's options, and make `Options` of them."""

from collections.abc import Mapping
from enum import StrEnum
from os import PathLike
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    BinaryIO,
    Literal,
    TypeAlias,
    TypedDict,
    TypeVar,
    Union,
    cast,
)

from PIL import Image

from cutout.choices import Margin, Mode, parse_margin
from cutout.colours import parse_colour
from cutout.options import Background, Options, ShadowLook

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

AnyPicture: TypeAlias = Union[
    str,
    PathLike[str],
    bytes,
    bytearray,
    memoryview,
    BinaryIO,
    Image.Image,
    "npt.NDArray[np.uint8]",
    "npt.NDArray[np.uint16]",
]
"""A file's path, its bytes, an open file, a Pillow image, or an array."""
AnyMask: TypeAlias = Union[AnyPicture, "npt.NDArray[np.bool_]", "npt.NDArray[np.floating[Any]]"]
"""As a picture; an array may also be of booleans, or of numbers from 0 to 1."""

ModeName: TypeAlias = Literal["fg-image", "fg-image-shadow", "fg-mask"]
ModelName: TypeAlias = Literal["auto", "best", "fast"]
Choice = TypeVar("Choice", bound=StrEnum)
SHADOW = ShadowLook()
LIMITS = {"shadow_opacity": (0, 1), "shadow_softness": (0, 1), "shadow_angle": (-75, 75)}


class CutOutOptions(TypedDict, total=False):
    """List the options of a cut-out; `cutout.cut_out` describes them."""

    mode: ModeName | Mode
    background: AnyPicture | None
    crop: str | None
    shadow_opacity: float
    shadow_softness: float
    shadow_angle: float


NAMES = tuple(CutOutOptions.__annotations__)


def build_options(given: CutOutOptions) -> Options:
    """Return the options of a cut-out.

    Raise `TypeError` for an unknown name or a value of a wrong type, `ValueError` for a wrong
    value; both name what is allowed.
    """
    if unknown := set(given) - set(NAMES):
        raise TypeError(f"no such option: {min(unknown)}. There are {', '.join(NAMES)}")
    looks = cast("Mapping[str, object]", given)
    opacity, softness, angle = (
        _number(name, looks.get(name, getattr(SHADOW, name.removeprefix("shadow_"))))
        for name in LIMITS
    )
    return Options(
        mode=choose(Mode, given.get("mode", Mode.FG_IMAGE), "mode"),
        background=_background(given.get("background")),
        crop=_margin(given.get("crop")),
        shadow=ShadowLook(opacity, softness, angle),
        objects=True,
    )


def choose(kind: type[Choice], value: object, name: str) -> Choice:
    """Return the value of an enumeration.

    Raise `TypeError` unless it is a text, `ValueError` with all values if it is another one.
    """
    allowed = ", ".join(repr(str(each)) for each in kind)
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {allowed}, not {type(value).__name__}")
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} must be one of {allowed}, not {value!r}") from None


def require_count(value: object, name: str, least: int = 1) -> None:
    """Raise `TypeError` unless the value is a whole number, `ValueError` if it is under `least`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def _number(name: str, value: object) -> float:
    low, high = LIMITS[name]
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number from {low} to {high}, not {type(value).__name__}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low} to {high}, not {value}")
    return float(value)


def _margin(value: object) -> Margin | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"crop must be a text such as '0', '30px' or '10%', not {value!r}")
    try:
        return parse_margin(value)
    except ValueError:
        raise ValueError(f"crop must be '0', '30px' or '10%', or alike, not {value!r}") from None


def _background(value: object) -> Background:
    """Return a colour, or a picture in a file's bytes."""
    if value is None:
        return Background()
    if isinstance(value, str):
        try:
            return Background(parse_colour(value))
        except ValueError as error:
            if not Path(value).is_file():
                raise ValueError(
                    f"background must be a colour or a file, not {value!r}. {error}"
                ) from None
    from cutout.library.inputs import to_source  # noqa: PLC0415  # imports numpy

    return Background(picture=to_source(value))
