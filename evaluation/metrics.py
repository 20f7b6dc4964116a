"""The measures, where their library is: ``python -m evaluation.metrics SETS FOLDER...``.

This module and what it imports run in an environment of their own, without the project's packages.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image
from py_sod_metrics import Fmeasure, Smeasure, WeightedFmeasure

from evaluation.samples import Mask, read_mask, samples_in
from evaluation.score import Score

LONGEST = 1024
"""The measures of structure are taken at this size at most: they are made for such pictures."""
LARGE = 2048
"""From this side on a picture has edges of its own."""
BAND = 24
"""Pixels to either side of the true edge."""


def score(mask: Mask, truth: Mask) -> Score:
    """Both of one shape."""
    if mask.shape != truth.shape:
        raise ValueError(f"the mask is {mask.shape}, the truth {truth.shape}")
    difference = np.abs(mask.astype(np.int16) - truth)
    small, expected = _shrunk(mask), _shrunk(truth)
    fmeasure, weighted, structure = Fmeasure(), WeightedFmeasure(), Smeasure()
    for measure in (fmeasure, weighted, structure):
        measure.step(small, expected)
    return Score(
        mae=float(difference.mean(dtype=np.float64)) / 255,
        max_f=float(np.max(fmeasure.get_results()["fm"]["curve"])),
        weighted_f=float(weighted.get_results()["wfm"]),
        structure=float(structure.get_results()["sm"]),
        edge=_edge(difference, truth) if max(truth.shape) >= LARGE else None,
    )


def _edge(difference: npt.NDArray[np.int16], truth: Mask) -> float:
    kernel = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
    band = cv2.morphologyEx((truth > 127).astype(np.uint8), cv2.MORPH_GRADIENT, kernel) > 0
    return float(difference[band].mean(dtype=np.float64)) / 255


def _shrunk(mask: Mask) -> Mask:
    factor = LONGEST / max(mask.shape)
    if factor >= 1:
        return mask
    height, width = (max(1, round(length * factor)) for length in mask.shape)
    return np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.BOX))


def main() -> None:
    """Prints, as JSON, the scores of every picture's mask in each folder."""
    sets, *folders = map(Path, sys.argv[1:])
    scores = {
        str(folder): {
            sample.name: asdict(score(read_mask(folder / f"{sample.name}.png"), sample.truth()))
            for sample in samples_in(sets)
        }
        for folder in folders
    }
    json.dump(scores, sys.stdout)


if __name__ == "__main__":
    main()
