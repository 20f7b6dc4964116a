"""Measure folders of masks: ``python -m evaluation.metrics SETS FOLDER...``.

It prints JSON, by folder and picture. Everything runs in `.venv-measures`, without the project's
packages; ``--only mae`` needs only numpy and Pillow.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from evaluation.pixels import Where, mean_error, settled_ground, undecided_area
from evaluation.samples import Mask, Sample, read_mask, samples_in
from evaluation.score import Score

ONLY = ("mae",)
"""Measures that can be chosen alone. The mean absolute error includes the undecided area."""


def measure(sample: Sample, folders: Sequence[Path], only: str | None) -> list[Score]:
    """Return the score of the picture's mask in each folder.

    Raise ValueError for a mask whose shape differs from the truth's.
    """
    truth = sample.truth()
    settled = settled_ground(truth)
    scores = []
    for folder in folders:
        mask = read_mask(folder / f"{sample.name}.png")
        if mask.shape != truth.shape:
            raise ValueError(f"{folder}/{sample.name}.png is {mask.shape}, the truth {truth.shape}")
        scores.append(_score(mask, truth, settled, only))
    return scores


def _score(mask: Mask, truth: Mask, settled: Where, only: str | None) -> Score:
    score = Score(mean_error(mask, truth), undecided_area(mask, settled))
    if only:
        return score
    from evaluation.structure import with_structure  # noqa: PLC0415  # `only` does without cv2

    return with_structure(score, mask, truth)


def _measure_all(
    samples: Sequence[Sample], one: Callable[[Sample], list[Score]], jobs: int
) -> list[list[Score]]:
    if jobs == 1:
        return [one(sample) for sample in samples]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(one, samples))


def main() -> None:
    """Print ``{folder: {"SET/NAME": score}}``."""
    parser = ArgumentParser(prog="python -m evaluation.metrics")
    parser.add_argument("sets", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("folders", type=Path, nargs="+", help="folders of masks, SET/NAME.png")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--only", choices=ONLY)
    given = parser.parse_args()
    samples = list(samples_in(given.sets))
    one = partial(measure, folders=given.folders, only=given.only)
    found = _measure_all(samples, one, given.jobs)
    scores = {
        str(folder): {s.name: asdict(each[i]) for s, each in zip(samples, found, strict=True)}
        for i, folder in enumerate(given.folders)
    }
    json.dump(scores, sys.stdout)


if __name__ == "__main__":
    main()
