"""Make ICC profiles for RGB of given primaries (ICC.1:2022, 8.3.3, "matrix-based")."""

from collections.abc import Iterable
from functools import lru_cache
from struct import pack
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Point: TypeAlias = tuple[float, float]
"""CIE x and y."""
Matrix: TypeAlias = npt.NDArray[np.float64]
"""Shape (3, 3)."""

D50 = (0.9642, 1.0, 0.8249)
BRADFORD: Matrix = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""Parameters of function type 3 (table 67)."""
SMALLEST_Y = 1e-4
"""ProPhoto's blue has this y."""
SMALLEST_AREA = 0.01
"""Minimum area of the triangle of the primaries; sRGB's is 0.11."""
SMALLEST_CONE = 0.05
"""Minimum cone response of a white with Y = 1. A smaller one makes the adaptation explode."""
LARGEST = 2.0
"""Maximum of a primary's adapted X, Y or Z; those of real colour spaces are below 1.1."""
NAME = "RGB of a PNG's chromaticities"


class Primaries(NamedTuple):
    """Hold the chromaticities of white and of each channel at its full value."""

    white: Point
    red: Point
    green: Point
    blue: Point


@lru_cache(maxsize=16)
def matrix_profile(primaries: Primaries) -> bytes | None:
    """Return a display profile with these primaries and sRGB's transfer curve.

    Return None for impossible primaries: outside of the diagram, nearly on one line, or with a
    white that is not between them.
    """
    if not _are_possible(primaries):
        return None
    adapted = _adaptation(primaries.white)
    columns = (adapted @ _to_xyz(primaries)).T
    curve = b"para" + bytes(4) + pack(">HH", 3, 0) + _fixed(SRGB_CURVE)
    tags = {
        b"desc": _text(NAME),
        b"cprt": _text("No copyright"),
        b"wtpt": _xyz(D50),
        b"chad": b"sf32" + bytes(4) + _fixed(adapted.ravel()),
        **{b"%cXYZ" % name: _xyz(column) for name, column in zip(b"rgb", columns, strict=True)},
        **{b"%cTRC" % name: curve for name in b"rgb"},
    }
    return _profile(tags)


def _are_possible(primaries: Primaries) -> bool:
    if any(y < SMALLEST_Y or not 0 <= x <= 1 or x + y > 1 for x, y in primaries):
        return False
    (rx, ry), (gx, gy), (bx, by) = primaries[1:]
    area = abs((gx - rx) * (by - ry) - (bx - rx) * (gy - ry)) / 2
    if area < SMALLEST_AREA or bool((BRADFORD @ _xyz_of(primaries.white) < SMALLEST_CONE).any()):
        return False
    xyz = _to_xyz(primaries)
    return bool((xyz[1] > 0).all()) and bool(
        (np.abs(_adaptation(primaries.white) @ xyz) < LARGEST).all()
    )


def _to_xyz(primaries: Primaries) -> Matrix:
    """Return the matrix from linear RGB to XYZ in which white has Y = 1."""
    columns = np.array([_xyz_of(each) for each in primaries[1:]]).T
    return columns * np.linalg.solve(columns, _xyz_of(primaries.white))


def _xyz_of(point: Point) -> npt.NDArray[np.float64]:
    """Return X, Y and Z for Y = 1."""
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation(white: Point) -> Matrix:
    """Return the linear Bradford adaptation of `white` to D50 (annex E)."""
    scale = (BRADFORD @ np.array(D50)) / (BRADFORD @ _xyz_of(white))
    adapted: Matrix = np.linalg.inv(BRADFORD) @ np.diag(scale) @ BRADFORD
    return adapted


def _fixed(numbers: Iterable[float]) -> bytes:
    """Return s15Fixed16 numbers."""
    return b"".join(pack(">i", round(float(each) * 65536)) for each in numbers)


def _xyz(numbers: Iterable[float]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(numbers)


def _text(text: str) -> bytes:
    """Return a `mluc` with one translation."""
    data = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + pack(">II4sII", 1, 12, b"enUS", len(data), 28) + data


def _profile(tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of version 4.4 with these tags; equal ones share their bytes."""
    start = 128 + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    data = bytearray()
    for each in tags.values():
        if each not in places:
            places[each] = start + len(data)
            data += each + bytes(-len(each) % 4)
    table = b"".join(pack(">4sII", name, places[each], len(each)) for name, each in tags.items())
    created = pack(">6H", 2026, 1, 1, 0, 0, 0)
    header = pack(">I4sI", start + len(data), bytes(4), 0x04400000) + b"mntrRGB XYZ " + created
    header += b"acsp" + bytes(28) + _fixed(D50) + bytes(48)
    return header + pack(">I", len(tags)) + table + bytes(data)
