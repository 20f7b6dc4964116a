"""Read the colour space that a PNG names in numbers: `cICP`, or `gAMA` and `cHRM`.

The values are given sRGB's transfer curve by a table, so that the networks see the picture as
people do. Primaries other than sRGB's become an ICC profile, which is made here and passed on to
the answer: nothing is clipped. (PNG, Third Edition, 4.3 and 11.3.2; ITU-T H.273 for `cICP`.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.decode.matrix_profile import Primaries, matrix_profile
from cutout.pictures import Alpha

Numbers: TypeAlias = npt.NDArray[np.float64]
Curve: TypeAlias = Callable[[Numbers], Numbers]
"""Linear light, 1 being the brightest white of an ordinary picture, of values 0..1."""

GAMMA, CHROMATICITIES, SRGB, CODE_POINTS = b"gAMA", b"cHRM", b"sRGB", b"cICP"
COLOUR_SPACE = "cutout.colour_space"
"""The key of a `ColourSpace` in the `info` of a Pillow image."""
UNIT = 100_000
"""The integer that means 1.0 in `gAMA` and `cHRM`."""
SRGB_GAMMA = range(45_000, 46_001)
"""1/2.2, which encoders write for sRGB's own curve."""
PLAUSIBLE_GAMMA = range(10_000, 500_001)
NEAR = 0.003
"""Distance between chromaticities below which the difference is invisible."""

D65, DCI, C = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316)
BT709 = Primaries(D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
PRIMARIES: Mapping[int, Primaries] = {
    1: BT709,
    4: Primaries(C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),
    5: Primaries(D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: Primaries(D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    7: Primaries(D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    8: Primaries(C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),
    9: Primaries(D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    11: Primaries(DCI, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    12: Primaries(D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    22: Primaries(D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),
}
"""By their numbers in H.273, table 2; without 10, which is XYZ."""
WHITE_NITS, PQ_NITS, HLG_NITS = 203.0, 10_000.0, 1_000.0
"""Ordinary white in a picture of high dynamic range (ITU-R BT.2408), and the brightest of each
kind. What is brighter than white is white in the answer."""


@dataclass(frozen=True)
class ColourSpace:
    """Hold how a PNG's values become sRGB's or those of `profile`.

    `curve` is None if the values stay. With `narrow`, black is 16 and white 235 of 8 bits.
    `profile` is an ICC profile for RGB, None for sRGB.
    """

    curve: Curve | None = None
    profile: bytes | None = None
    narrow: bool = False

    def apply(self, colour: Image.Image) -> Image.Image:
        """Return the image, in mode L or RGB, with its values replaced."""
        table = self.table(256)
        return colour if table is None else colour.point(table.tobytes() * len(colour.getbands()))

    def table(self, count: int) -> Alpha | None:
        """Return the 8-bit value for each of `count` values (256 or 65536); None if they stay.

        Light brighter than white becomes white.
        """
        if self.curve is None:
            return None
        values = np.arange(count) / (count - 1)
        if self.narrow:
            values = np.clip((np.arange(count) * (256 / count) - 16) / 219, 0, 1)
        light = np.clip(self.curve(values), 0, 1)
        encoded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
        replaced: Alpha = np.rint(encoded * 255).astype(np.uint8)
        return replaced


def code_points(chunks: Mapping[bytes, bytes]) -> ColourSpace | None:
    """Return the space of a `cICP` chunk, which overrules all others.

    Return None if there is none, or if its values do not describe RGB.
    """
    data = chunks.get(CODE_POINTS, b"")
    if len(data) != 4:
        return None
    primaries, transfer, matrix, full_range = data
    curve = TRANSFERS.get(transfer)
    if primaries not in PRIMARIES or curve is None or matrix or full_range > 1:
        return None
    plain = full_range and curve is _srgb
    return ColourSpace(
        None if plain else curve, _profile(PRIMARIES[primaries]), narrow=not full_range
    )


def gamma_and_primaries(chunks: Mapping[bytes, bytes]) -> ColourSpace | None:
    """Return the space of `gAMA` and `cHRM`, either of which may be missing.

    Return None if an `sRGB` chunk overrules them, or if they mean sRGB or something impossible.
    """
    if SRGB in chunks:
        return None
    data = chunks.get(GAMMA, b"")
    gamma = int.from_bytes(data, "big") if len(data) == 4 else 0
    found = space_of(gamma / UNIT, _chromaticities(chunks.get(CHROMATICITIES, b"")))
    return None if found == ColourSpace() else found


def space_of(gamma: float, primaries: Primaries | None) -> ColourSpace:
    """Return the space of values that are the light to the power of `gamma`.

    Implausible numbers count as sRGB's.
    """
    units = round(gamma * UNIT)
    is_srgb = units in SRGB_GAMMA or units not in PLAUSIBLE_GAMMA
    curve = None if is_srgb else _power(UNIT / units)
    return ColourSpace(curve, None if primaries is None else _profile(primaries))


def opened_space(image: Image.Image) -> ColourSpace | None:
    """Return the space that Pillow has read from a PNG's `gAMA` and `cHRM`; None as above."""
    gamma, points = image.info.get("gamma"), image.info.get("chromaticity")
    if "srgb" in image.info:
        return None
    primaries = primaries_of(points) if isinstance(points, tuple) and len(points) == 8 else None
    return space_of(gamma if isinstance(gamma, float) else 0.0, primaries)


def primaries_of(numbers: tuple[float, ...]) -> Primaries:
    """Return white, red, green and blue, each as x and y, of eight numbers in that order."""
    white, red, green, blue = ((x, y) for x, y in list(pairwise(numbers))[::2])
    return Primaries(white, red, green, blue)


def _chromaticities(data: bytes) -> Primaries | None:
    if len(data) != 32:
        return None
    return primaries_of(
        tuple(int.from_bytes(data[at : at + 4], "big") / UNIT for at in range(0, 32, 4))
    )


def _profile(primaries: Primaries) -> bytes | None:
    """Return a profile with sRGB's curve; None for sRGB's primaries and for impossible ones."""
    far = np.abs(np.subtract(primaries, BT709)).max()
    return None if far < NEAR else matrix_profile(primaries)


def _srgb(value: Numbers) -> Numbers:
    """Return linear light (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _bt709(value: Numbers) -> Numbers:
    """Return linear light (ITU-R BT.709-6, item 1.2, inverted)."""
    return np.where(value < 0.081, value / 4.5, ((value + 0.099) / 1.099) ** (1 / 0.45))


def _smpte240(value: Numbers) -> Numbers:
    """Return linear light (SMPTE ST 240, inverted)."""
    return np.where(value < 0.0913, value / 4.0, ((value + 0.1115) / 1.1115) ** (1 / 0.45))


def _pq(value: Numbers) -> Numbers:
    """Return linear light (ITU-R BT.2100-2, table 4)."""
    root = value ** (32 / 2523)
    share = np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)
    return share ** (16384 / 2610) * (PQ_NITS / WHITE_NITS)


def _hlg(value: Numbers) -> Numbers:
    """Return linear light (ITU-R BT.2100-2, table 5), with a display gamma of 1.2 per channel."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    return scene**1.2 * (HLG_NITS / WHITE_NITS)


def _power(exponent: float) -> Curve:
    return lambda value: value**exponent


TRANSFERS: Mapping[int, Curve] = {
    **dict.fromkeys((1, 6, 14, 15), _bt709),
    4: _power(2.2),
    5: _power(2.8),
    7: _smpte240,
    8: _power(1.0),
    13: _srgb,
    16: _pq,
    18: _hlg,
}
"""By their numbers in H.273, table 3."""
