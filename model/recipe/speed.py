"""Measure time and memory of one inference on one thread, each model in its own process."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from model.recipe.quality import open_session

ROUNDS = 5
FLAGS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8", "asimd", "asimddp", "i8mm")
"""The instruction sets that decide how fast int8 is."""


@dataclass(frozen=True)
class Cost:
    """Hold what one process measured of one model."""

    load: float
    """Seconds to open the session, the file being cached."""
    seconds: float
    """Median over the rounds, the first inference left out."""
    peak_mib: float
    """Resident memory at its highest: interpreter, model and all."""


@dataclass(frozen=True)
class Speed:
    """Hold the costs of models measured in one run on one machine."""

    cpu_flags: list[str]
    costs: dict[str, Cost]


def race(models: Mapping[str, Path]) -> Speed:
    """Measure each model twice, in opposite orders, so that a drifting clock favours none."""
    turns = [*models, *reversed(list(models))]
    laps: dict[str, list[Cost]] = {name: [] for name in models}
    for name in turns:
        laps[name].append(_measure(models[name]))
    return Speed(_cpu_flags(), {name: _together(*costs) for name, costs in laps.items()})


def _together(first: Cost, second: Cost) -> Cost:
    return Cost(
        (first.load + second.load) / 2,
        (first.seconds + second.seconds) / 2,
        max(first.peak_mib, second.peak_mib),
    )


def _measure(path: Path) -> Cost:
    command = [sys.executable, "-m", "model.recipe.speed", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return Cost(*json.loads(done.stdout))


def _cpu_flags() -> list[str]:
    words = Path("/proc/cpuinfo").read_text().split()
    return [flag for flag in FLAGS if flag in words]


def _peak_mib() -> float:
    # getrusage would count the parent's memory, from before exec, as this process's own
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _seconds(path: Path) -> tuple[float, float]:
    """Return the seconds to load the model, and to run it."""
    start = perf_counter()
    session = open_session(path, threads=1)
    loaded = perf_counter() - start
    noise = np.random.default_rng(0).integers(0, 256, session.get_inputs()[0].shape, np.uint8)
    laps = []
    for _ in range(ROUNDS + 1):
        start = perf_counter()
        session.run(None, {"picture": noise})
        laps.append(perf_counter() - start)
    return loaded, median(laps[1:])


if __name__ == "__main__":
    print(json.dumps([*_seconds(Path(sys.argv[1])), _peak_mib()]))
