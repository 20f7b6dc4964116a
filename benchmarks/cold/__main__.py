"""Time new containers: ``python -m benchmarks.cold IMAGE`` updates `docs/performance.md`."""

from argparse import ArgumentParser
from pathlib import Path

from benchmarks.cold import naive
from benchmarks.cold.page import BARS, render, render_bars, render_stages
from benchmarks.cold.start import (
    ROOT,
    Start,
    cut_out_event,
    floor_once,
    start_once,
    version_event,
)
from benchmarks.report import processor
from tools.engine import Engine
from tools.page import update

PAGE = ROOT / "docs" / "performance.md"
NAIVE = "cutout-naive:latest"


def main() -> None:
    """Build the naive image, start both alternately, and update the page's part `cold`."""
    parser = ArgumentParser(prog="python -m benchmarks.cold")
    parser.add_argument("image")
    parser.add_argument("--count", type=int, default=10, help="containers of a kind")
    parser.add_argument(
        "--experts", type=Path, help="folder of fp32 experts, instead of making them"
    )
    parser.add_argument("--packages", type=Path, help="folder of packages, instead of npm and pip")
    parser.add_argument("--keep-naive", action="store_true", help="use the naive image as it is")
    given = parser.parse_args()
    engine = Engine.find()
    engine.require(given.image, "Build it: make image")
    if not given.keep_naive:
        naive.build(engine, NAIVE, given.experts, given.packages)
    runs = {}
    for asked, event in zip(BARS, (version_event(), cut_out_event()), strict=True):
        pairs: tuple[list[Start], list[Start]] = ([], [])
        for _ in range(given.count):
            for starts, image in zip(pairs, (given.image, NAIVE), strict=True):
                starts.append(start_once(engine, image, event))
        runs[asked] = pairs
    floor = [floor_once(engine, given.image) for _ in range(given.count)]
    part = render(runs, floor, given.count, processor())
    update(PAGE, "cold", part)
    print(part, render_bars(runs), render_stages(runs), sep="\n\n")


if __name__ == "__main__":
    main()
