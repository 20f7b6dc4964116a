"""What a contender's process says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Lap:
    """Seconds on the wall and of the processors, for one picture: medians of its repeats."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Outcome:
    """`laps` by SET/NAME of the picture; `peak` is resident memory in bytes."""

    laps: Mapping[str, Lap]
    peak: int


def read_outcome(line: bytes) -> Outcome:
    """From the JSON a worker prints last: ``{"laps": {NAME: [[SECONDS, CPU]]}, "peak": N}``."""
    said = json.loads(line.strip().splitlines()[-1])
    return Outcome({name: _lap(each) for name, each in said["laps"].items()}, said["peak"])


def _lap(repeats: Sequence[Sequence[float]]) -> Lap:
    return Lap(median(seconds for seconds, _ in repeats), median(cpu for _, cpu in repeats))
