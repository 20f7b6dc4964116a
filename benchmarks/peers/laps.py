"""Read what a contender's process prints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Lap:
    """Hold wall-clock and processor seconds for one picture: medians of its repeats."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Outcome:
    """Hold `laps` by SET/NAME of the picture, and `peak`, the resident memory in bytes."""

    laps: Mapping[str, Lap]
    peak: int


def read_outcome(line: bytes) -> Outcome:
    """Parse the JSON printed last: ``{"laps": {NAME: [[SECONDS, CPU]]}, "peak": N}``."""
    said = json.loads(line.strip().splitlines()[-1])
    return Outcome({name: _lap(each) for name, each in said["laps"].items()}, said["peak"])


def _lap(repeats: Sequence[Sequence[float]]) -> Lap:
    return Lap(median(seconds for seconds, _ in repeats), median(cpu for _, cpu in repeats))
