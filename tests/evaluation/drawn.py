"""Sets of small drawn pictures, their true masks, and contenders' masks with known errors."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from evaluation.samples import Mask, Sample
from evaluation.score import Score

SIDE = 40


def sample(name: str, number: int = 0) -> Sample:
    """Return a sample without files: the picture of this number of a set."""
    return Sample(name, Path(f"{name}/im/{number}.png"))


def scored(errors: Mapping[str, Sequence[float]], undecided: float = 0.0) -> dict[Sample, Score]:
    """Return scores of pictures by set, from their errors."""
    return {
        sample(name, number): Score(error, undecided)
        for name, each in errors.items()
        for number, error in enumerate(each)
    }


def half() -> Mask:
    """Return a mask of which the right half is the object, shape (SIDE, SIDE)."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[:, SIDE // 2 :] = 255
    return mask


def wrong_rows(rows: int) -> Mask:
    """Return `half` with so many rows inverted: a mean absolute error of rows / SIDE."""
    mask = half()
    mask[:rows] = 255 - mask[:rows]
    return mask


def save(mask: Mask, path: Path) -> None:
    """Write a mask or a picture, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(path)


def save_sets(folder: Path, counts: Mapping[str, int]) -> None:
    """Write so many pictures of each set, with `half` as the truth about each."""
    for name, count in counts.items():
        for number in range(count):
            save(np.full((SIDE, SIDE, 3), 90, np.uint8), folder / name / "im" / f"{number}.png")
            save(half(), folder / name / "gt" / f"{number}.png")


def save_masks(folder: Path, rows: Mapping[str, Sequence[int]]) -> None:
    """Write a contender's masks, with so many wrong rows each, by set."""
    for name, each in rows.items():
        for number, count in enumerate(each):
            save(wrong_rows(count), folder / name / f"{number}.png")
