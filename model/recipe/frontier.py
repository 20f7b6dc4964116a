"""Compare quality and cost of subsets of the experts: ``python -m model.recipe.frontier``.

Error is the geometric mean over the sets, as a ratio to the first row's; time is one thread's.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, geometric_mean
from tempfile import TemporaryDirectory

import onnx
import onnxruntime as ort
from PIL import Image

from model.recipe.assemble import assemble
from model.recipe.experts import (
    FUSED,
    ISNET_576,
    ISNET_1024,
    MODNET_384,
    TINYVIT_448,
    U2NET_320,
    Expert,
)
from model.recipe.gate import GATES
from model.recipe.pictures import pictures_in
from model.recipe.plot import Point, scatter
from model.recipe.quality import absolute_error, open_session, predict
from model.recipe.speed import race

PLOT = Path(__file__).resolve().parents[1] / "frontier.svg"
BEST = FUSED["best"]
SUBSETS = {
    "ISNet 1024": (ISNET_1024,),
    "ISNet 576": (ISNET_576,),
    "U²-Net": (U2NET_320,),
    "MODNet": (MODNET_384,),
    "TinyViT": (TINYVIT_448,),
    "fast without TinyViT": (ISNET_576, U2NET_320, MODNET_384),
    "fast without MODNet": (ISNET_576, U2NET_320, TINYVIT_448),
    "fast without U²-Net": (ISNET_576, MODNET_384, TINYVIT_448),
    "fast": FUSED["fast"],
    "best without ISNet 576": (ISNET_1024, U2NET_320, MODNET_384, TINYVIT_448),
    "best without TinyViT": (ISNET_1024, ISNET_576, U2NET_320, MODNET_384),
    "best": BEST,
}


@dataclass(frozen=True)
class Row:
    """Hold one subset's cost and errors."""

    name: str
    seconds: float
    megabytes: float
    errors: dict[str, float]


def measure(experts: Path, sets: Path, every: int, folder: Path) -> Iterator[Row]:
    """Yield each subset's row; `experts` is what ``python -m model.recipe --keep`` kept."""
    paths = {name: folder / f"{index}.onnx" for index, name in enumerate(SUBSETS)}
    for name, subset in SUBSETS.items():
        _save(subset, experts, paths[name])
    costs = race(paths).costs
    for name, path in paths.items():
        megabytes = path.stat().st_size / 1e6
        yield Row(name, costs[name].seconds, megabytes, _errors(path, sets, every))


def _save(subset: tuple[Expert, ...], experts: Path, path: Path) -> None:
    parts = [(e.stem, e.side, onnx.load(experts / f"{e.stem}.int8.onnx")) for e in subset]
    gate = GATES["best"].of([BEST.index(expert) for expert in subset])
    onnx.save(assemble(parts, gate), path)


def _errors(path: Path, sets: Path, every: int) -> dict[str, float]:
    session = open_session(path, 1)
    return {
        images.parent.name: fmean(_error(session, each) for each in pictures_in(images)[::every])
        for images in sorted(sets.glob("*/im"))
    }


def _error(session: ort.InferenceSession, picture: Path) -> float:
    (truth,) = (picture.parent.parent / "gt").glob(f"{picture.stem}.*")
    with Image.open(truth) as opened:
        return absolute_error(predict(session, picture), opened)


def main() -> None:
    """Print the table in Markdown, and plot it."""
    parser = ArgumentParser(prog="python -m model.recipe.frontier")
    parser.add_argument("--experts", type=Path, required=True, help="what `--keep` kept")
    parser.add_argument("--evaluate", type=Path, required=True, help="sets with im/ and gt/")
    parser.add_argument("--every", type=int, default=1, help="take one picture of a set in so many")
    parser.add_argument("--plot", type=Path, default=PLOT)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        rows = list(measure(given.experts, given.evaluate, given.every, Path(folder)))
    points = []
    print("| experts | error | time | MB |\n|---|---:|---:|---:|")
    for row in rows:
        error = geometric_mean([row.errors[s] / rows[0].errors[s] for s in row.errors])
        time = row.seconds / rows[0].seconds
        print(f"| {row.name} | {error:.2f} | {time:.2f} | {row.megabytes:.0f} |")
        points.append(Point(row.name, time, error, row.name in FUSED))
    given.plot.write_text(scatter(points, "time, ISNet 1024 = 1", "error, ISNet 1024 = 1"))


if __name__ == "__main__":
    main()
