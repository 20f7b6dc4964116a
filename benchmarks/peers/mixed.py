"""Time ours beside rembg on mixed pictures: ``make bench-mixed SETS="folders of sets"``.

The result replaces the part `mixed` of `docs/performance.md`. The sets should hold people, animals,
products and scenes; of each, pictures at equal distances in the order of their names are taken.
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.peers.contenders import contenders
from benchmarks.peers.laps import Outcome
from benchmarks.peers.page import OURS, REFERENCE
from benchmarks.report import processor
from evaluation.peer import place
from model.recipe.pictures import pictures_in
from tools.page import update

OUT = Path("build/peers")
DOCS = Path(__file__).parents[2] / "docs"
HEAD = (
    "| | seconds, median | to rembg, median | fastest | slowest | all together | peak MB |\n"
    "|---|---:|---:|---:|---:|---:|---:|"
)
PART = """`make bench-mixed SETS="..."` measures this, here on {cpu}, each program alone on
{cores} of its cores, warm: whole requests for {pictures} pictures of {sets} sets (people, animals,
products, scenes, renderings, logos). Ours keeps freed memory, as on Lambda. Ratios are picture by
picture. Runs of each picture: {repeats} (medians).

{table}"""


def main() -> None:
    """Run rembg and each of our models on the same pictures."""
    parser = ArgumentParser(prog="python -m benchmarks.peers.mixed")
    parser.add_argument("sets", type=Path, nargs="+", help="folders of sets, each with im/")
    parser.add_argument("--each", type=int, default=2, help="pictures of a set")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--docs", type=Path, default=DOCS)
    given = parser.parse_args()
    place("isnet-general-use", given.out / "models", None)
    pictures = list(chosen(given.sets, given.each))
    outcomes = {}
    with TemporaryDirectory() as folder:
        for each in contenders(given.out / "models"):
            if each.name == REFERENCE or each.name.startswith(OURS):
                print(each.name, flush=True)
                outcomes[each.name] = each.run(given.cores, given.repeats, Path(folder), pictures)
    part = PART.format(
        cpu=processor(),
        cores=given.cores,
        repeats=given.repeats,
        pictures=len(pictures),
        sets=len({path.parent for path in pictures}),
        table=table(outcomes),
    )
    update(given.docs / "performance.md", "mixed", part)


def chosen(folders: Sequence[Path], each: int) -> Iterator[Path]:
    """Yield `each` pictures of every set, from the middles of equal parts; all of a smaller set."""
    for images in sorted(path for folder in folders for path in folder.glob("*/im")):
        pictures = sorted(pictures_in(images))
        parts = min(each, len(pictures))
        for part in range(parts):
            yield pictures[(2 * part + 1) * len(pictures) // (2 * parts)]


def table(outcomes: Mapping[str, Outcome]) -> str:
    """Return the table in Markdown."""
    reference = outcomes[REFERENCE].laps
    rows = [HEAD]
    for name, outcome in outcomes.items():
        seconds = median(lap.seconds for lap in outcome.laps.values())
        pairs = [(lap.seconds, reference[picture].seconds) for picture, lap in outcome.laps.items()]
        ratios = [ours / theirs for ours, theirs in pairs]
        together = sum(ours for ours, _ in pairs) / sum(theirs for _, theirs in pairs)
        rows.append(
            f"| {name} | {seconds:.2f} | {median(ratios):.2f} | {min(ratios):.2f} | "
            f"{max(ratios):.2f} | {together:.2f} | {outcome.peak / 1e6:,.0f} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
