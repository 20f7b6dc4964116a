"""Read the values of options: types for argparse."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from enum import StrEnum
from math import inf
from typing import TypeVar

from cutout.command.errors import printable
from cutout.layout_options import MAX_CANVAS_SIDE

Choice = TypeVar("Choice", bound=StrEnum)


def one_of(kind: type[Choice]) -> Callable[[str], Choice]:
    """Return an argparse type that reads a value of the enumeration."""

    def chosen(text: str) -> Choice:
        try:
            return kind(text)
        except ValueError:
            message = f"choose from {', '.join(kind)}: {printable(text)}"
            raise ArgumentTypeError(message) from None

    return chosen


def text(parse: Callable[[str], object]) -> Callable[[str], str]:
    """Return an argparse type that keeps a text which `parse` accepts."""

    def checked(text: str) -> str:
        try:
            parse(text)
        except ValueError as error:
            raise ArgumentTypeError(f"{error}: {printable(text)}") from error
        return text

    return checked


def whole(most: int | None = None) -> Callable[[str], int]:
    """Return an argparse type that reads a whole number from 1 to `most`."""
    limits = "a whole number above 0" if most is None else f"a whole number from 1 to {most}"

    def read(text: str) -> int:
        if text.isdecimal() and 0 < int(text) <= (most or inf):
            return int(text)
        raise ArgumentTypeError(f"must be {limits}: {printable(text)}")

    return read


def number(low: int, high: int, *, above: bool = False) -> Callable[[str], float]:
    """Return an argparse type that reads a number from `low`, or `above` it, to `high`."""
    limits = f"above {low}, up to {high}" if above else f"from {low} to {high}"

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = inf
        if low <= number <= high and not (above and number == low):
            return number
        raise ArgumentTypeError(f"must be a number {limits}: {printable(text)}")

    return read


def size(text: str) -> tuple[int | None, int | None]:
    """Return width and height, one of which may be missing, of `800x600`, `800x` or `x600`."""
    width, cross, height = text.lower().partition("x")
    side = whole(MAX_CANVAS_SIDE)
    try:
        if cross and (width or height):
            return (side(width) if width else None), (side(height) if height else None)
    except ArgumentTypeError:
        pass
    raise ArgumentTypeError(
        f"must be a width and a height, or one of them, up to {MAX_CANVAS_SIDE} "
        f"(800x600, 800x, x600): {printable(text)}"
    )
