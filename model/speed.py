"""Time and memory of one inference on one thread, each model in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from model.pictures import SIDE
from model.quality import open_session

ROUNDS = 5
FLAGS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8", "asimd", "asimddp", "i8mm")
"""The instruction sets that decide how fast int8 is."""


@dataclass(frozen=True)
class Cost:
    """What one process measured of one model."""

    seconds: float
    """Median over the rounds, the first inference left out."""
    peak_mib: float
    """Resident memory at its highest: interpreter, model and all."""


@dataclass(frozen=True)
class Speed:
    """Both models in one run on one machine: the ratio travels, the seconds don't."""

    cpu_flags: list[str]
    ratio: float
    fp32: Cost
    int8: Cost


def race(fp32: Path, int8: Path) -> Speed:
    """fp32 before and after int8, so that a drift of the clock shows in neither."""
    before, quantized, after = (_measure(path) for path in (fp32, int8, fp32))
    reference = Cost((before.seconds + after.seconds) / 2, max(before.peak_mib, after.peak_mib))
    return Speed(_cpu_flags(), reference.seconds / quantized.seconds, reference, quantized)


def _measure(path: Path) -> Cost:
    command = [sys.executable, "-m", "model.speed", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    seconds, peak_mib = json.loads(done.stdout)
    return Cost(seconds, peak_mib)


def _cpu_flags() -> list[str]:
    words = Path("/proc/cpuinfo").read_text().split()
    return [flag for flag in FLAGS if flag in words]


def _peak_mib() -> float:
    # getrusage would count the parent's memory, from before exec, as this process's own
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _seconds(path: Path) -> float:
    session = open_session(path, threads=1)
    noise = np.random.default_rng(0).random((1, 3, SIDE, SIDE), dtype=np.float32) - np.float32(0.5)
    laps = []
    for _ in range(ROUNDS + 1):
        start = perf_counter()
        session.run(None, {"input": noise})
        laps.append(perf_counter() - start)
    return median(laps[1:])


if __name__ == "__main__":
    print(json.dumps([_seconds(Path(sys.argv[1])), _peak_mib()]))
