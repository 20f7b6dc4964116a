"""Measure cost by memory size: ``make bench-cost`` updates `docs/cost.md` and its plot."""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cost.curve import MEMORIES, Setting, cpus_of
from benchmarks.cost.measure import Photo, measure
from benchmarks.cost.prices import Prices
from benchmarks.cost.quiet import wait_until_quiet
from benchmarks.cost.report import plot, render, template_default
from benchmarks.pictures import save_photo
from cutout.setting_types import visible_processors
from tools.engine import Engine
from tools.page import update

ROOT = Path(__file__).resolve().parents[2]
SIDES = (1024, 4096)


def main() -> None:
    """Measure, then write the page and the plot."""
    parser = ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("image", nargs="?", default="cutout:latest")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memories", type=int, nargs="+", default=MEMORIES)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    given = parser.parse_args()
    engine = Engine.find()
    engine.require(given.image, "Build it: make image")
    settings = _measure(engine, given.image, sorted(given.memories), given.repeats)
    default = template_default((ROOT / "template.yaml").read_text())
    update(given.docs / "cost.md", "curve", render(settings, Prices(), default, given.repeats))
    (given.docs / "cost.svg").write_text(plot(settings, Prices()))


def _measure(engine: Engine, image: str, memories: list[int], repeats: int) -> list[Setting]:
    visible = visible_processors()
    with TemporaryDirectory() as folder:
        photos = [Photo(side, save_photo(side, Path(folder))) for side in SIDES]
        found = []
        for memory in memories:
            wait_until_quiet(visible)
            size = memory, cpus_of(memory, visible)
            found.append(measure(engine, image, size, photos, repeats))
        return found


if __name__ == "__main__":
    main()
