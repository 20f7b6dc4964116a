"""The command on a folder of 200 mixed pictures, some of them broken: ``make bench-folder``.

What it does in a second, start included, beside the bare networks on both cores, and its memory
over time. The bare networks do what they do for these pictures and nothing else: their input is
made beforehand, and as many threads work on it as on the command's. Half of that is measured before
the command and half after it.
"""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.mixed import fill
from handler.command.discover import Discovery
from handler.deadline import Deadline
from handler.decode.decode import decode
from handler.errors import PictureError
from handler.pictures import Alpha, Picture
from handler.refine.edges import EdgeRefiner
from handler.refine.levels import stretch_levels
from handler.refine.refine import enlarge
from handler.segment.network import Network, square
from handler.settings import Settings, visible_processors

CHUNK = 8
"""Pictures whose input is in memory at once."""
PAUSE = 0.25  # seconds between two looks at the memory
PARTS = 4


class Recorder(EdgeRefiner):
    """Collects what the network would be asked."""

    asked: list[npt.NDArray[np.uint8]]

    def infer(self, planes: npt.NDArray[np.uint8]) -> Alpha:
        self.asked.append(planes)
        return np.asarray(planes[3])


@dataclass
class Bare:
    """The networks alone, one thread for each of the pictures in work."""

    settings: Settings = field(default_factory=Settings)
    main_seconds: float = 0.0
    edge_seconds: float = 0.0
    tiles: int = 0

    def __post_init__(self) -> None:
        self._network = Network(self.settings.model_path, 1)
        self._edges = EdgeRefiner(self.settings.model_dir, 1)
        self._recorder = Recorder(self.settings.model_dir, 1)
        self._pool = ThreadPoolExecutor(visible_processors())
        self._network.infer(np.zeros((1, self._network.side, self._network.side, 3), np.uint8))
        self._edges.wait()

    def run(self, paths: Sequence[Path]) -> None:
        """Adds the time that these pictures take; broken ones take none."""
        for start in range(0, len(paths), CHUNK):
            pictures = list(self._decoded(paths[start : start + CHUNK]))
            squares = [square(each, self._network.side) for each in pictures]
            coarse, seconds = self._timed(self._network.infer, squares)
            self.main_seconds += seconds
            asked = [
                tile for pair in zip(pictures, coarse, strict=True) for tile in self._tiles(*pair)
            ]
            _, seconds = self._timed(self._edges.infer, asked)
            self.edge_seconds += seconds
            self.tiles += len(asked)

    def _timed(
        self, function: Callable[[Any], Alpha], inputs: list[Any]
    ) -> tuple[list[Alpha], float]:
        start = perf_counter()
        return list(self._pool.map(function, inputs)), perf_counter() - start

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
    """Of the command: the time of all, its memory by time, and what it said."""

    seconds: float
    resident_mb: list[int]
    code: int
    said: str


def command(folder: Path, output: Path, arguments: Sequence[str]) -> Run:
    """As a process of its own, watched."""
    line = [sys.executable, "-m", "handler.command", str(folder), "-o", str(output), *arguments]
    start, resident = perf_counter(), []
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as process:
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(lambda: process.stderr.read() if process.stderr else "")
            while process.poll() is None:
                resident.append(_resident_mb(process.pid))
                sleep(PAUSE)
        return Run(perf_counter() - start, resident, process.returncode, said.result())


def _resident_mb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int((status.partition("VmRSS:")[2].split() or ["0"])[0]) // 1024


def main() -> None:
    """Prints the figures; ends with 1 where a good picture has no cut-out."""
    parser = ArgumentParser(prog="python -m benchmarks.folder")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("arguments", nargs="*", help="more arguments for the command, after --")
    given = parser.parse_args()
    with TemporaryDirectory() as place:
        folder, output = Path(place, "in"), Path(place, "out")
        good = fill(folder, given.pictures)
        discovery = Discovery()
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

| | seconds | pictures a second |
|---|---:|---:|
| `cutout folder/ -o out/`, start included | {run:.1f} | {run_rate:.2f} |
| the bare networks: the main one, and the edges' on {tiles} tiles | {both:.1f} | {both_rate:.2f} |
| the bare main network | {main:.1f} | {main_rate:.2f} |

{both_share:.2f} of the bare networks, {main_share:.2f} of the main one alone.
Resident memory at its highest in each quarter of the time: {peaks} MB."""


def report(count: int, good: int, made: int, run: Run, bare: Bare) -> str:
    """Markdown."""
    both = bare.main_seconds + bare.edge_seconds
    size = -(-len(run.resident_mb) // PARTS)
    starts = range(0, len(run.resident_mb), size)
    peaks = [max(run.resident_mb[start : start + size]) for start in starts]
    return PAGE.format(
        count=count,
        good=good,
        made=made,
        code=run.code,
        cores=visible_processors(),
        run=run.seconds,
        run_rate=made / run.seconds,
        tiles=bare.tiles,
        both=both,
        both_rate=good / both,
        main=bare.main_seconds,
        main_rate=good / bare.main_seconds,
        both_share=both / run.seconds,
        main_share=bare.main_seconds / run.seconds,
        peaks=", ".join(map(str, peaks)),
    )


if __name__ == "__main__":
    main()
