"""Average the ratios of mean errors over sets, with bootstrap intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from evaluation.table import FLOOR, Scores

Errors: TypeAlias = npt.NDArray[np.float64]
"""Mean absolute errors of one set, 0..1, shape (pictures, contenders), the peers in the last
columns."""
Ratios: TypeAlias = npt.NDArray[np.float64]
"""Shape (2, contenders without peers): to the better peer on each picture, and on each set."""

ROUNDS = 2000
SEED = 20240229
TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Estimate:
    """Hold a geometric mean over sets, and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Geometric:
    """Hold a contender's geometric means over sets of the ratio of mean errors."""

    to_picture: Estimate
    """To the mean of the errors that the better peer on each picture has."""
    to_set: Estimate
    """To the mean error of the peer that is better on the set as a whole."""


def geometric_means(
    scores: Scores, ours: Sequence[str], peers: Sequence[str]
) -> dict[str, Geometric]:
    """Return the means of each contender in `ours`."""
    sets = _errors_by_set(scores, [*ours, *peers])
    values = _mean([_ratios(errors, len(ours)) for errors in sets])
    low, high = np.quantile(resampled_means(sets, len(ours)), TAILS, axis=0)
    return {
        name: Geometric(
            *(Estimate(*(float(each[kind, i]) for each in (values, low, high))) for kind in (0, 1))
        )
        for i, name in enumerate(ours)
    }


def resampled_means(sets: Sequence[Errors], ours: int, rounds: int = ROUNDS) -> Ratios:
    """Return the geometric means of resampled sets of resampled pictures, shape (rounds, 2, ours).

    Each round draws as many sets as there are, with replacement, and as many pictures of each as it
    has, likewise. The generator has a fixed seed: equal errors give equal means.
    """
    random = np.random.default_rng(SEED)
    means = []
    for _ in range(rounds):
        drawn = [sets[i] for i in random.integers(len(sets), size=len(sets))]
        chosen = [each[random.integers(len(each), size=len(each))] for each in drawn]
        means.append(_mean([_ratios(errors, ours) for errors in chosen]))
    return np.stack(means)


def _errors_by_set(scores: Scores, names: Sequence[str]) -> list[Errors]:
    rows: dict[str, list[list[float]]] = {}
    for sample in scores[names[0]]:
        rows.setdefault(sample.set, []).append([scores[name][sample].mae for name in names])
    return [np.array(each) for each in rows.values()]


def _ratios(errors: Errors, ours: int) -> Ratios:
    """Return the ratios of mean errors on one set."""
    by_picture = errors[:, ours:].min(axis=1).mean()
    by_set = errors[:, ours:].mean(axis=0).min()
    peers = np.array([[by_picture], [by_set]])
    ratios: Ratios = np.maximum(errors[:, :ours].mean(axis=0), FLOOR) / np.maximum(peers, FLOOR)
    return ratios


def _mean(ratios: Sequence[Ratios]) -> Ratios:
    mean: Ratios = np.exp(np.mean(np.log(ratios), axis=0))
    return mean
