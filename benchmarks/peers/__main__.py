"""Compare latency, memory and edges: ``make bench-peers [SETS=folder]`` updates the part `peers` of
`docs/performance.md`."""

import json
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from benchmarks.peers.contenders import REMBG, Contender, contenders
from benchmarks.peers.laps import Outcome
from benchmarks.peers.page import Entry, render, write_plot
from benchmarks.pictures import save_photo
from evaluation.peer import place
from evaluation.samples import Sample, samples_in
from tools.page import update

OUT = Path("build/peers")
DOCS = Path(__file__).parents[2] / "docs"
MEASURES = Path(".venv-measures/bin/python")
PHOTO, SIDES = "photo", (1024, 4096)
SETS = ("render4k", "trains_side", "hires_comp", "am2k_samples13", "alphamatting27")


def main() -> None:
    """Each contender alone: our own photo several times, each picture of the sets once."""
    given = _arguments()
    place("isnet-general-use", given.out / "models", None)
    photos = _photos(given.out / PHOTO / "im")
    samples = [s for s in samples_in(given.sets) if s.set in given.only] if given.sets else []
    entries = [_entry(each, given, photos, samples) for each in contenders(given.out / "models")]
    if samples:
        entries = _with_fringes(entries, given, samples)
    update(given.docs / "performance.md", "peers", render(entries, given.cores, given.repeats))
    write_plot(entries, given.docs / "performance.svg")


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--sets", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("--only", nargs="+", default=SETS, help="the sets to take of it")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--docs", type=Path, default=DOCS)
    return parser.parse_args()


def _photos(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [save_photo(side, folder) for side in SIDES]


def _entry(
    contender: Contender, given: Namespace, photos: list[Path], samples: list[Sample]
) -> Entry:
    print(contender.name, flush=True)
    out = _folder(given, contender.name)
    measured = contender.run(given.cores, given.repeats, out, photos)
    pictures = [s.picture for s in samples if _fits(contender, s.picture)]
    if not pictures:
        return Entry(contender.name, measured, {})
    more = contender.run(given.cores, 1, out, pictures)
    together = Outcome({**measured.laps, **more.laps}, max(measured.peak, more.peak))
    return Entry(contender.name, together, _edges(out, samples, given.out / "sets"))


def _with_fringes(
    entries: Sequence[Entry], given: Namespace, samples: Sequence[Sample]
) -> list[Entry]:
    """The same with the colours of their edges measured."""
    sets = given.out / "sets" / "all"
    for sample in samples:
        _link(sample, sets)
    folders = {each.name: str(_folder(given, each.name)) for each in entries}
    command = [str(REMBG), "-m", "evaluation.fringe", str(sets), *folders.values()]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    return [replace(each, fringes=found[folders[each.name]]) for each in entries]


def _folder(given: Namespace, name: str) -> Path:
    folder: Path = given.out / "".join(c if c.isalnum() else "-" for c in name)
    return folder


def _fits(contender: Contender, path: Path) -> bool:
    with Image.open(path) as opened:
        return contender.max_side is None or max(opened.size) <= contender.max_side


def _edges(cutouts: Path, samples: Sequence[Sample], scratch: Path) -> Mapping[str, float]:
    """Error at the edges by picture, as ``make evaluate`` measures it. The measure reads folders:
    one of links to the pictures that were taken, one of the cut-outs' alphas."""
    masks = cutouts.with_name(f"{cutouts.name}-alpha")
    kept = [sample for sample in samples if (cutouts / f"{sample.name}.png").exists()]
    for sample in kept:
        target = masks / f"{sample.name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(cutouts / f"{sample.name}.png") as opened:
            opened.convert("RGBA").getchannel("A").save(target)
        _link(sample, scratch / masks.name)
    command = [str(MEASURES), "-m", "evaluation.metrics", str(scratch / masks.name), str(masks)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    scores = json.loads(done.stdout)[str(masks)]
    return {name: score["edge"] for name, score in scores.items() if score["edge"] is not None}


def _link(sample: Sample, sets: Path) -> None:
    root = sample.picture.parent.parent
    (truth,) = (root / "gt").glob(f"{sample.picture.stem}.*")
    for path in (sample.picture, truth):
        target = sets / sample.set / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(path.absolute())


if __name__ == "__main__":
    main()
