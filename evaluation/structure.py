"""Measure the structure and the edges of masks, with the packages of `.venv-measures`."""

from dataclasses import replace

import cv2
import numpy as np
from PIL import Image
from py_sod_metrics import Fmeasure, Smeasure, WeightedFmeasure

from evaluation.samples import Mask
from evaluation.score import Score

LONGEST = 1024
"""Longest side, in pixels, at which structure is measured: the measures are made for such."""
LARGE = 2048
"""Longest side, in pixels, from which the error at the edges is measured."""
BAND = 24
"""Pixels to either side of the true edge."""


def with_structure(score: Score, mask: Mask, truth: Mask) -> Score:
    """Return the score with every measure. Both masks have one shape."""
    small, expected = _shrunk(mask), _shrunk(truth)
    fmeasure, weighted, structure = Fmeasure(), WeightedFmeasure(), Smeasure()
    for measure in (fmeasure, weighted, structure):
        measure.step(small, expected)
    return replace(
        score,
        max_f=float(np.max(fmeasure.get_results()["fm"]["curve"])),
        weighted_f=float(weighted.get_results()["wfm"]),
        structure=float(structure.get_results()["sm"]),
        edge=_edge(mask, truth) if max(truth.shape) >= LARGE else None,
    )


def _edge(mask: Mask, truth: Mask) -> float:
    kernel = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
    band = cv2.morphologyEx((truth > 127).astype(np.uint8), cv2.MORPH_GRADIENT, kernel) > 0
    difference = np.abs(mask[band].astype(np.int16) - truth[band])
    return float(difference.mean(dtype=np.float64)) / 255


def _shrunk(mask: Mask) -> Mask:
    factor = LONGEST / max(mask.shape)
    if factor >= 1:
        return mask
    height, width = (max(1, round(length * factor)) for length in mask.shape)
    return np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.BOX))
