"""Measure each size, mode and number of threads: ``make bench`` updates `docs/performance.md`."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.pictures import save_photo
from benchmarks.report import render
from benchmarks.startup import time_to_first_answer
from benchmarks.worker import Measurement
from cutout.choices import Mode
from tools.page import update

SIDES = (1024, 4096)
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def measure_apart(path: Path, mode: Mode, threads: int, repeats: int) -> Measurement:
    """Runs `benchmarks.worker` in a process of its own."""
    arguments = [str(path), str(mode), str(threads), str(repeats)]
    command = [sys.executable, "-m", "benchmarks.worker", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Measurement(**json.loads(done.stdout))


def main() -> None:
    """Measure, and update the page's part `stages`."""
    parser = ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sides", type=int, nargs="+", default=SIDES)
    parser.add_argument("--modes", type=Mode, nargs="+", default=[Mode.FG_IMAGE], choices=Mode)
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    startup = time_to_first_answer(given.repeats)
    with TemporaryDirectory() as folder:
        photos = [save_photo(side, Path(folder)) for side in given.sides]
        runs = product(given.threads, photos, given.modes)
        measurements = [measure_apart(path, mode, n, given.repeats) for n, path, mode in runs]
    update(given.output, "stages", render(measurements, startup, given.repeats))


if __name__ == "__main__":
    main()
