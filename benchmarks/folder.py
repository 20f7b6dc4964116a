"""Measure the command on a folder of 200 mixed pictures, some broken: ``make bench-folder``.

The page has pictures a second, start included, beside the bare networks on both cores, and memory
over time. The bare networks do the same inference and nothing else: their input is prepared
beforehand, and as many threads work on it as on the command's. Half of that is measured before the
command and half after it.
"""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.mixed import fill
from cutout.command.inputs import InputFinder
from cutout.decode.decode import decode
from cutout.errors import PictureError
from cutout.pictures import Alpha, Picture
from cutout.refine.edges import EdgeRefiner
from cutout.refine.refine import enlarge, stretch_levels
from cutout.segment.network import SIDE, Network, square
from cutout.setting_types import visible_processors
from cutout.settings import Settings
from cutout.timing import Deadline
from tests.local_server import resident_kb

CHUNK = 8
"""Pictures whose input is in memory at once."""
PAUSE = 0.25  # seconds between two looks at the memory
PARTS = 4


class Recorder(EdgeRefiner):
    """Collect the network's inputs."""

    asked: list[npt.NDArray[np.uint8]]

    def infer(self, seen: npt.NDArray[np.uint8]) -> Alpha:
        """Record the tiles and return their coarse alpha unchanged."""
        self.asked.append(seen)
        return np.asarray(seen[..., 3])


@dataclass(frozen=True)
class Spent:
    """Hold wall-clock and processor seconds.

    On a shared machine, the latter tell what the former would be alone.
    """

    seconds: float = 0.0
    processors: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        """Return the sums."""
        return Spent(self.seconds + other.seconds, self.processors + other.processors)


@dataclass
class Bare:
    """Run only the networks, in one thread for each picture in progress."""

    settings: Settings = field(default_factory=Settings)
    main: Spent = Spent()
    edges: Spent = Spent()
    tiles: int = 0

    def __post_init__(self) -> None:
        """Load the networks."""
        self._network = Network(self.settings.model_dir, self.settings.model, 1)
        self._edges = EdgeRefiner(self.settings.model_dir, 1)
        self._recorder = Recorder(self.settings.model_dir, 1)
        self._pool = ThreadPoolExecutor(visible_processors())
        self._network.infer(np.zeros((1, SIDE, SIDE, 3), np.uint8))
        self._edges.wait()

    def run(self, paths: Sequence[Path]) -> None:
        """Return the time that these pictures take; broken ones take none."""
        for start in range(0, len(paths), CHUNK):
            pictures = list(self._decoded(paths[start : start + CHUNK]))
            squares = [square(each) for each in pictures]
            coarse, spent = self._timed(self._network.infer, squares)
            self.main += spent
            asked = [
                seen for pair in zip(pictures, coarse, strict=True) for seen in self._tiles(*pair)
            ]
            _, spent = self._timed(self._edges.infer, asked)
            self.edges += spent
            self.tiles += sum(map(len, asked))

    def _timed(
        self, function: Callable[[Any], Alpha], inputs: list[Any]
    ) -> tuple[list[Alpha], Spent]:
        start, before = perf_counter(), process_time()
        found = list(self._pool.map(function, inputs))
        return found, Spent(perf_counter() - start, process_time() - before)

    def _decoded(self, paths: Iterable[Path]) -> Iterable[Picture]:
        for path in paths:
            try:
                yield decode(path.read_bytes(), self.settings)
            except PictureError:
                continue

    def _tiles(self, picture: Picture, coarse: Alpha) -> list[npt.NDArray[np.uint8]]:
        self._recorder.asked = []
        levelled = stretch_levels(coarse)
        self._recorder(picture, levelled, enlarge(levelled, picture.size), Deadline(inf))
        return self._recorder.asked


@dataclass(frozen=True)
class Run:
    """Hold the command's total time, its memory over time, and its output."""

    spent: Spent
    resident_mb: list[int]
    code: int
    said: str


def command(folder: Path, output: Path, arguments: Sequence[str]) -> Run:
    """Run the command in a process of its own, watched."""
    line = [sys.executable, "-m", "cutout", str(folder), "-o", str(output), *arguments]
    start, resident = perf_counter(), []
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as process:
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(lambda: process.stderr.read() if process.stderr else "")
            while process.poll() is None:
                resident.append(resident_kb(process.pid) // 1024)
                sleep(PAUSE)
        children = getrusage(RUSAGE_CHILDREN)
        spent = Spent(perf_counter() - start, children.ru_utime + children.ru_stime)
        return Run(spent, resident, process.returncode, said.result())


def main() -> None:
    """Print the figures; exit with 1 if a good picture has no cut-out."""
    parser = ArgumentParser(prog="python -m benchmarks.folder")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("arguments", nargs="*", help="more arguments for the command, after --")
    given = parser.parse_args()
    with TemporaryDirectory() as place:
        folder, output = Path(place, "in"), Path(place, "out")
        good = fill(folder, given.pictures)
        discovery = InputFinder()
        discovery.add([str(folder)])
        paths = [each.path for each in discovery.found]
        bare = Bare()
        bare.run(paths[::2])
        run = command(folder, output, given.arguments)
        bare.run(paths[1::2])
        made = sum(1 for each in output.rglob("*") if each.is_file())
    print(report(len(paths), good, made, run, bare))
    if made != good:
        sys.exit(run.said)


PAGE = """{count} files, {good} of them good: {made} cut-outs, exit code {code}, {cores} cores.

| | seconds | pictures a second | processor seconds |
|---|---:|---:|---:|
| `cutout folder/ -o out/`, start included | {command} |
| the bare networks: the main one, and the edges' on {tiles} tiles | {both} |
| the bare main network | {main} |

{both_share} of the bare networks, {main_share} of the main one alone; by processor seconds
{both_effort} and {main_effort}. Resident memory at its highest in each quarter of the time: {peaks}
MB."""


def report(count: int, good: int, made: int, run: Run, bare: Bare) -> str:
    """Return the figures as Markdown."""
    both = bare.main + bare.edges
    size = -(-len(run.resident_mb) // PARTS)
    starts = range(0, len(run.resident_mb), size)

    def cells(spent: Spent) -> str:
        rate = good / spent.seconds
        return f"{spent.seconds:.1f} | {rate:.2f} | {spent.processors:.1f}"

    return PAGE.format(
        count=count,
        good=good,
        made=made,
        code=run.code,
        cores=visible_processors(),
        tiles=bare.tiles,
        command=cells(run.spent),
        both=cells(both),
        main=cells(bare.main),
        both_share=f"{both.seconds / run.spent.seconds:.2f}",
        main_share=f"{bare.main.seconds / run.spent.seconds:.2f}",
        both_effort=f"{both.processors / run.spent.processors:.2f}",
        main_effort=f"{bare.main.processors / run.spent.processors:.2f}",
        peaks=", ".join(str(max(run.resident_mb[start : start + size])) for start in starts),
    )


if __name__ == "__main__":
    main()
