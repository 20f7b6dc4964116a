"""Compares the results of two processors, array by array."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cutout.choices import Model
from cutout.segment.network import APART, DOUBT, FAST, GLANCE, is_in_doubt
from cutout.segment.network import LIMITS as LOOK_LIMITS

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Limits:
    """Hold the largest difference of a value, that of the mean over all, both in steps of 255, and
    the share of values that may be over `FAR` apart."""

    largest: float
    mean: float
    far: float = 1.0


FAR = 16
EQUAL, ANY = Limits(0, 0), Limits(255, 255)
LIMITS = {
    "alpha": Limits(64, 0.05),
    "result": Limits(255, 0.05, 2e-4),
    "colours": Limits(255, 0.1, 5e-4),
    "doubt": Limits(0.005, 0.005),
    "apart": Limits(0.005, 0.005),
    "decoded": EQUAL,
}
"""By the last word of an array's name. Floats are added in another order on each processor. A
result has no largest difference: changing the networks' alpha by 2 on one processor moves single
pixels of a result by over 200, where a hard edge is drawn anew."""
REPLACED = {"glance alpha": GLANCE, "fast alpha": FAST}
"""Alphas that another look may replace, in which rounding can turn the experts' vote, and the graph
whose limits tell."""
BYTES = "file"
"""The last word of a file's bytes, whose deflate may differ, since `probe` has read the pixels."""


@dataclass(frozen=True)
class Row:
    """Hold how far two arrays are apart."""

    name: str
    largest: float
    mean: float
    far: float
    differing: float
    limits: Limits | None

    @property
    def is_near(self) -> bool:
        limits = self.limits
        return limits is None or (
            self.largest <= limits.largest and self.mean <= limits.mean and self.far <= limits.far
        )

    def __str__(self) -> str:
        verdict = "" if self.is_near else "   TOO FAR"
        if self.limits is None:
            return f"{self.name:<28} {'equal' if not self.differing else 'other bytes'}"
        return (
            f"{self.name:<28} largest {self.largest:<8.4g} mean {self.mean:<8.4g} "
            f"over {FAR}: {self.far:.4%}, differing: {self.differing:.2%}{verdict}"
        )


def rows(here: Arrays, there: Arrays) -> Iterator[Row]:
    """Yield a row for each array. Raise `ValueError` if names or shapes differ."""
    if set(here) != set(there):
        raise ValueError(f"only one has {sorted(set(here) ^ set(there))}")
    for name in sorted(here):
        kind = name.split()[-1].rpartition("/")[2]
        limits = None if kind == BYTES else LIMITS[kind]
        if is_replaced(here, name):
            limits = ANY
        yield _row(name, here[name], there[name], limits)


def is_replaced(arrays: Arrays, name: str) -> bool:
    """Whether this is an alpha that another look replaces."""
    picture, _, kind = name.rpartition("/")
    if kind not in REPLACED:
        return False
    told = {"alpha": arrays[name]}
    for distance in (APART, DOUBT):
        if f"{picture}/{distance}" in arrays:
            told[distance] = arrays[f"{picture}/{distance}"]
    return is_in_doubt(told, told, LOOK_LIMITS[Model.AUTO][REPLACED[kind]])


def _row(name: str, one: npt.NDArray[Any], other: npt.NDArray[Any], limits: Limits | None) -> Row:
    if limits is None:
        return Row(name, 0, 0, 0, float(not np.array_equal(one, other)), limits)
    if one.shape != other.shape:
        raise ValueError(f"{name} has shapes {one.shape} and {other.shape}")
    apart = np.abs(one.astype(np.float64) - other)
    far, differing = (float((apart > least).mean()) for least in (FAR, 0))
    return Row(name, float(apart.max()), float(apart.mean()), far, differing, limits)
