"""Measure one combination in a process of its own, for a peak of memory of its own; print JSON.

Freed memory is kept, as on Lambda.
"""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import numpy.typing as npt

from cutout.api.service import Service
from cutout.choices import Mode
from cutout.decode.decode import decode
from cutout.lambda_runtime import keep_memory
from cutout.options import Options, Source
from cutout.pictures import Alpha
from cutout.pipeline import Pipeline
from cutout.refine.edges import EdgeRefiner
from cutout.request import PictureForm, PictureRequest
from cutout.segment.network import Network, square
from cutout.settings import Settings
from cutout.timing import Deadline, Stages


@dataclass(frozen=True)
class Measurement:
    """Hold medians in milliseconds, and sizes in bytes."""

    side: int
    mode: str
    threads: int
    stages: dict[str, float]
    total: float
    network: float
    edges: float
    """In the network that refines the edges."""
    response: int
    peak_rss: int


class TimedEdges(EdgeRefiner):
    """Add up the time in the edge refiner's network."""

    seconds = 0.0

    def infer(self, seen: npt.NDArray[np.uint8]) -> Alpha:
        """Run the network and add its time."""
        start = perf_counter()
        alpha = super().infer(seen)
        self.seconds += perf_counter() - start
        return alpha


def measure(path: Path, mode: Mode, threads: int, repeats: int) -> Measurement:
    """Time whole requests and the bare network on the same input, alternately, after one of each.

    The network's peak is below the request's, so the memory is the request's.
    """
    settings = Settings()
    network = Network(settings.model_dir, settings.model, threads)
    edges = TimedEdges(settings.model_dir, threads)
    pipeline = Pipeline(settings, network, sharpen=edges)
    content = path.read_bytes()
    form = PictureForm(image=Source(content, path.name))
    picture = decode(content, pipeline.settings)
    side, data = max(picture.size), square(picture)
    del picture
    requests: list[dict[str, float]] = []
    totals, networks, tiles, response = [], [], [], b""
    seconds = pipeline.settings.request_seconds
    for _ in range(repeats + 1):
        edges.seconds = 0.0
        stages, start = Stages(), perf_counter()
        request = PictureRequest(form, Deadline.after(seconds), Options(mode))
        response = Service(pipeline)(request, stages).body
        totals.append((perf_counter() - start) * 1000)
        tiles.append(edges.seconds * 1000)
        requests.append(stages.milliseconds)
        start = perf_counter()
        network.infer(data)
        networks.append((perf_counter() - start) * 1000)
    if b'"code":"ok"' not in response:
        raise RuntimeError(response[:500].decode())
    return Measurement(
        side=side,
        mode=mode,
        threads=threads,
        stages={name: median(r[name] for r in requests[1:]) for name in requests[0]},
        total=median(totals[1:]),
        network=median(networks[1:]),
        edges=median(tiles[1:]),
        response=len(response),
        peak_rss=peak_rss(),
    )


def peak_rss() -> int:
    """Return the highest bytes of resident memory.

    getrusage would count the parent's, from before the process was its own.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def main() -> None:
    """Run ``python -m benchmarks.worker PHOTO MODE THREADS REPEATS``."""
    keep_memory()
    parser = ArgumentParser()
    parser.add_argument("photo", type=Path)
    parser.add_argument("mode", type=Mode)
    parser.add_argument("threads", type=int)
    parser.add_argument("repeats", type=int)
    given = parser.parse_args()
    measurement = measure(given.photo, given.mode, given.threads, given.repeats)
    json.dump(asdict(measurement), sys.stdout)


if __name__ == "__main__":
    main()
