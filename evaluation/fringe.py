"""Measure how much of the old background is left in the colours of a cut-out's edges.

``python -m evaluation.fringe SETS FOLDER...`` prints, as JSON, each folder's cut-outs' errors. It
runs in rembg's environment, which has pymatting.
"""

import json
import sys
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps
from pymatting import estimate_foreground_ml

from evaluation.samples import Sample, samples_in

BACKGROUNDS = (0.0, 1.0)
AROUND = 5
"""Side of the square by which the soft band is widened, in pixels."""
Colours: TypeAlias = npt.NDArray[np.float32]
"""Shape (height, width, 3), 0..1."""


def main() -> None:
    """Print the errors; pictures without a cut-out in a folder are left out."""
    sets, *folders = map(Path, sys.argv[1:])
    errors: dict[str, dict[str, float]] = {str(folder): {} for folder in folders}
    for sample in samples_in(sets):
        alpha: Colours = sample.truth().astype(np.float32) / np.float32(255)
        band = _soft_band(sample.truth())
        if not band.any():
            continue
        true = estimate_foreground_ml(_colours(sample), alpha).astype(np.float32)[band]
        for folder in folders:
            path = folder / f"{sample.name}.png"
            if path.exists():
                errors[str(folder)][sample.name] = _error(path, band, true, alpha[band])
    json.dump(errors, sys.stdout)


def _soft_band(truth: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Mark pixels that are partly object, and their neighbours."""
    soft = Image.fromarray(((truth > 0) & (truth < 255)).astype(np.uint8) * 255)
    return np.asarray(soft.filter(ImageFilter.MaxFilter(AROUND))) > 0


def _colours(sample: Sample) -> Colours:
    with Image.open(sample.picture) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    return np.asarray(upright, np.float32) / np.float32(255)


def _error(path: Path, band: npt.NDArray[np.bool_], true: Colours, alpha: Colours) -> float:
    """Return the mean absolute difference of the colours seen on black and on white.

    `true` are the object's own colours (Germer et al. 2020) under the true alpha.
    """
    with Image.open(path) as opened:
        made = np.asarray(opened.convert("RGBA"))[band].astype(np.float32) / np.float32(255)
    wrong = [
        np.abs(_on(value, made[:, :3], made[:, 3]) - _on(value, true, alpha)).mean()
        for value in BACKGROUNDS
    ]
    return float(np.mean(wrong))


def _on(background: float, colours: Colours, alpha: Colours) -> Colours:
    share = alpha[:, np.newaxis]
    together: Colours = share * colours + (1 - share) * np.float32(background)
    return together


if __name__ == "__main__":
    main()
