"""Runs the networks on a photo, each between two marks for `count.c`:
`python -m tests.arm.looks MODEL PHOTO`."""

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import onnxruntime as ort

from cutout.decode.decode import decode
from cutout.refine.edges import EdgeRefiner
from cutout.segment.network import LOOKS, square
from cutout.segment.session import load_session
from cutout.settings import Settings
from tests.arm.probe import Arrays, edge_tiles, run

EDGES = "edge refiner, 4 tiles"
NAMES = (*LOOKS, EDGES)
"""What is counted, in this order."""
THREADS = 1  # the plugin's additions are not atomic


@contextmanager
def counted(name: str) -> Iterator[None]:
    """Mark the beginning and the end by a system call that nothing else here makes."""
    start = monotonic()
    os.getppid()
    yield
    os.getppid()
    print(f"{platform.machine()} {name}: {monotonic() - start:.0f} s", flush=True)


def main(model: Path, photo: Path) -> None:
    print(f"{platform.machine()}, onnxruntime {ort.__version__}", flush=True)
    picture = decode(photo.read_bytes(), Settings())
    seen: Arrays = {"picture": square(picture)}
    for graph in LOOKS:
        session = load_session(model / graph, THREADS)
        with counted(graph):
            answer = run(session, seen)
        seen |= answer
    tiles, refiner = edge_tiles(picture), EdgeRefiner(model, THREADS)
    refiner.wait()
    with counted(EDGES):
        refiner.infer(tiles)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
