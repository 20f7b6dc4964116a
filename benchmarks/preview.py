"""Compare a preview of a 4096 x 4096 photo with a request for a whole photo of 1024 x 1024.

``python -m benchmarks.preview`` runs remove.bg's requests in this process, one of each in turn,
with one network thread, and prints processor seconds: medians, and the median difference of a pair.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.pictures import save_photo
from benchmarks.report import processor
from cutout.api.removebg.parameters import parse
from cutout.api.removebg.service import Service
from cutout.engine import Networks
from cutout.options import Source
from cutout.request import PictureForm
from cutout.settings import Settings
from cutout.timing import Deadline, Stages

SIDES = {"preview of 4096²": (4096, "preview"), "whole 1024²": (1024, "full")}
SECONDS = 600.0


def timed_calls(folder: Path) -> dict[str, Callable[[], float]]:
    """Return a call for each request, which answers it and returns its processor seconds."""
    service = Service(Networks(Settings(), 1).pipeline())
    return {
        name: partial(ask, service, save_photo(side, folder).read_bytes(), size)
        for name, (side, size) in SIDES.items()
    }


def ask(service: Service, content: bytes, size: str) -> float:
    """Answer one request and return its processor seconds."""
    form = PictureForm(image=Source(content, "photo.jpg"))
    parsed = parse({"size": size}, Settings())
    start = process_time()
    service(form, parsed, Deadline.after(SECONDS), Stages())
    return process_time() - start


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(prog="python -m benchmarks.preview", description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        calls = timed_calls(Path(folder))
        laps = [[call() for call in calls.values()] for _ in range(given.pairs + 1)][1:]
    print(f"{processor()}, one network thread, {given.pairs} pairs")
    for name, seconds in zip(calls, zip(*laps, strict=True), strict=True):
        print(f"{name}: {median(seconds):.3f} s")
    apart = [preview - whole for preview, whole in laps]
    whole = median(lap[1] for lap in laps)
    print(f"difference: {median(apart) * 1000:+.0f} ms, {median(apart) / whole:+.1%}")


if __name__ == "__main__":
    main()
