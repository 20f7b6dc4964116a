"""Masks of ours and of the peer, then the figures: ``make evaluate SETS=folder``."""

import json
import subprocess
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

from evaluation import ours, peer
from evaluation.samples import Sample, samples_in
from evaluation.score import Score
from evaluation.sheets import write_sheets
from evaluation.table import Scores, render
from handler.settings import Model

OUT = Path("build/evaluation")
MEASURES = Path(".venv-measures/bin/python")


def main() -> None:
    """Masks that exist already are kept, so that a changed network costs its own time alone:
    remove its folder in ``build/evaluation`` to have them made again."""
    given = _arguments()
    samples = list(samples_in(given.sets))
    folders = {
        **{f"ours-{model}": given.out / f"ours-{model}" for model in Model},
        **{f"rembg-{model}": given.out / f"rembg-{model}" for model in peer.MODELS},
    }
    for model in Model:
        folder = folders[f"ours-{model}"]
        ours.write_masks(_missing(samples, folder), model, folder)
    for model_name in peer.MODELS:
        folder = folders[f"rembg-{model_name}"]
        if missing := _missing(samples, folder):
            peer.write_masks(missing, model_name, given.out / "models", folder, given.packages)
    scores = _scores(given.sets, samples, folders)
    report = render(scores, [f"rembg-{model}" for model in peer.MODELS])
    (given.out / "report.md").write_text(report)
    print(report)
    reference = scores["rembg-isnet-general-use"]
    write_sheets(scores["ours-best"], reference, list(folders.values()), given.out)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m evaluation")
    parser.add_argument("sets", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("--packages", type=Path, help="folder of packages, instead of npm and pip")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


def _missing(samples: list[Sample], folder: Path) -> list[Sample]:
    return [sample for sample in samples if not (folder / f"{sample.name}.png").exists()]


def _scores(sets: Path, samples: list[Sample], folders: Mapping[str, Path]) -> Scores:
    """From the environment that has the measures."""
    command = [str(MEASURES), "-m", "evaluation.metrics", str(sets), *map(str, folders.values())]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603
    found = json.loads(done.stdout)
    return {
        name: {s: Score(**found[str(folder)][s.name]) for s in samples}
        for name, folder in folders.items()
    }


if __name__ == "__main__":
    main()
