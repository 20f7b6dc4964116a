"""Check the bounds of the tag types of an ICC profile that lcms reads (ICC.1:2022, section 10).

A check never converts anything: it only proves that every count and offset stays within the tag, so
that the work of reading the tag is at most proportional to its size.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

MAX_CURVE_ENTRIES = 32_767
"""Maximum length of a curve, which lcms has too. It inverts one of that length in 0.2 s."""
MAX_STRINGS = 256
"""Maximum number of translations of one text."""

CURVE, PARAMETRIC = b"curv", b"para"
LUT8, LUT16, LUT_A2B, LUT_B2A = b"mft1", b"mft2", b"mAB ", b"mBA "
PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
"""Number of parameters of each function type of a parametric curve (table 67)."""


class ImplausibleTagError(ValueError):
    """Report a count or an offset outside of the tag, or a tag that does not match its name."""


@dataclass(frozen=True)
class Tag:
    """Hold one element of the profile, from byte `start` to byte `end`."""

    profile: bytes
    start: int
    end: int

    @property
    def type(self) -> bytes:
        """Return the type signature, four bytes."""
        return self.profile[self.start : self.start + 4]

    def number(self, offset: int, size: int) -> int:
        """Return the unsigned number of `size` bytes at `offset` from the tag's start.

        Raise `ImplausibleTagError` if the tag ends before it.
        """
        self.require(offset, size)
        at = self.start + offset
        return int.from_bytes(self.profile[at : at + size], "big")

    def require(self, offset: int, size: int) -> None:
        """Raise `ImplausibleTagError` unless `size` bytes at `offset` lie within the tag."""
        if offset < 0 or size < 0 or self.start + offset + size > self.end:
            raise ImplausibleTagError


Check: TypeAlias = Callable[[Tag], object]


def check_curves(tag: Tag, count: int, offset: int = 0) -> None:
    """Check `count` curves (`curv` or `para`) that follow each other from `offset` on.

    Each is aligned to four bytes of the profile, as in `mAB ` (10.12).
    """
    for _ in range(count):
        offset += _curve_size(tag, offset)
        offset += -(tag.start + offset) % 4


def _curve_size(tag: Tag, offset: int) -> int:
    """Return the bytes of the curve at `offset` (10.6, 10.18)."""
    kind = tag.number(offset, 4).to_bytes(4, "big")
    if kind == CURVE:
        entries = tag.number(offset + 8, 4)
        if entries > MAX_CURVE_ENTRIES:
            raise ImplausibleTagError
        size = 12 + 2 * entries
    elif kind == PARAMETRIC:
        parameters = PARAMETERS.get(tag.number(offset + 8, 2))
        if parameters is None:
            raise ImplausibleTagError
        size = 12 + 4 * parameters
    else:
        raise ImplausibleTagError
    tag.require(offset, size)
    return size


def check_lut(tag: Tag, inputs: int, outputs: int) -> None:
    """Check a lookup table of any type that takes `inputs` channels to `outputs`."""
    if (tag.number(8, 1), tag.number(9, 1)) != (inputs, outputs):
        raise ImplausibleTagError
    if tag.type in {LUT8, LUT16}:
        _check_plain_lut(tag, inputs, outputs)
    elif tag.type in {LUT_A2B, LUT_B2A}:
        _check_staged_lut(tag, inputs, outputs)
    else:
        raise ImplausibleTagError


def _check_plain_lut(tag: Tag, inputs: int, outputs: int) -> None:
    """Check `mft1` or `mft2`: a table for each channel before and behind a grid (10.10, 10.11)."""
    grid = tag.number(10, 1)
    if tag.type == LUT8:
        head, width, before, behind = 48, 1, 256, 256
    else:
        head, width, before, behind = 52, 2, tag.number(48, 2), tag.number(50, 2)
    if not (2 <= before <= MAX_CURVE_ENTRIES and 2 <= behind <= MAX_CURVE_ENTRIES and grid >= 2):
        raise ImplausibleTagError
    entries = before * inputs + grid**inputs * outputs + behind * outputs
    tag.require(head, entries * width)


def _check_staged_lut(tag: Tag, inputs: int, outputs: int) -> None:
    """Check `mAB ` or `mBA `: curves, a matrix and a grid, each optional (10.12, 10.13).

    The B curves are at the connection space, the A curves at the device.
    """
    b, matrix, m, grid, a = (tag.number(offset, 4) for offset in range(12, 32, 4))
    device, connection = (inputs, outputs) if tag.type == LUT_A2B else (outputs, inputs)
    for offset, count in ((a, device), (m, connection), (b, connection)):
        if offset:
            check_curves(tag, count, offset)
    if matrix:
        tag.require(matrix, 12 * 4)
    if grid:
        _check_grid(tag, grid, inputs, outputs)


def _check_grid(tag: Tag, offset: int, inputs: int, outputs: int) -> None:
    """Check a grid: 16 bytes of points for each input, the width of a number, the numbers."""
    points = [tag.number(offset + each, 1) for each in range(inputs)]
    width = tag.number(offset + 16, 1)
    if width not in {1, 2} or min(points) < 2:
        raise ImplausibleTagError
    tag.require(offset + 20, prod(points) * outputs * width)


def _check_text(tag: Tag) -> None:
    """Check `desc`: the ASCII text fits. Many encoders leave the other two texts out."""
    tag.require(12, tag.number(8, 4))


def _check_translations(tag: Tag) -> None:
    """Check `mluc`: all strings lie within the tag (10.15)."""
    count = tag.number(8, 4)
    if count > MAX_STRINGS or (count and tag.number(12, 4) != 12):
        raise ImplausibleTagError
    for at in range(16, 16 + 12 * count, 12):
        tag.require(tag.number(at + 8, 4), tag.number(at + 4, 4))


def _of_size(least: int) -> Check:
    return lambda tag: tag.require(0, least)


PLAIN_TYPES: Mapping[bytes, Check] = {
    b"text": _of_size(8),
    b"desc": _check_text,
    b"mluc": _check_translations,
    b"XYZ ": _of_size(20),
    b"sf32": _of_size(8),
    b"sig ": _of_size(12),
    b"dtim": _of_size(20),
    b"meas": _of_size(36),
    b"view": _of_size(36),
    b"chrm": _of_size(12),
    b"cicp": _of_size(12),
    CURVE: lambda tag: check_curves(tag, 1),
    PARAMETRIC: lambda tag: check_curves(tag, 1),
}
"""Types whose readers do no more work than their bytes ask for."""
