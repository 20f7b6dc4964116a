"""Measure errors of fp32 and int8 graphs against the truth, set by set."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from PIL import Image

from model.recipe.pictures import pictures_in, square

Alpha: TypeAlias = npt.NDArray[np.float32]
"""Shape (height, width), 0..1."""


@dataclass(frozen=True)
class Quality:
    """Hold the mean absolute errors over the pictures of one set, alpha being 0..1."""

    pictures: int
    fp32: float
    """Mean absolute error against the ground truth, at its size."""
    int8: float
    """Mean absolute error against the ground truth, at its size."""
    apart: float
    """Mean absolute difference of int8 and fp32, at the network's size."""


def compare(fp32: Path, int8: Path, folder: Path) -> Iterator[tuple[str, Quality]]:
    """Yield name and quality of each set in `folder`, as soon as it is measured.

    A set is a folder with pictures in ``im`` and, with the same stems, masks in ``gt``.
    """
    sessions = [open_session(fp32), open_session(int8)]
    for images in sorted(folder.glob("*/im")):
        errors = [_errors(sessions, path) for path in pictures_in(images)]
        reference, quantized, apart = (float(value) for value in np.mean(errors, axis=0))
        yield images.parent.name, Quality(len(errors), reference, quantized, apart)


def open_session(path: Path, threads: int = 0) -> ort.InferenceSession:
    """Return a CPU session on `threads` threads, 0 for one per core."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def predict(session: ort.InferenceSession, path: Path) -> Alpha:
    """Return the alpha, shape (1024, 1024), 0..1."""
    (output,) = session.run(["alpha"], {"picture": square(path, session.get_inputs()[0].shape[1])})
    alpha: Alpha = output.astype(np.float32) / np.float32(255)
    return alpha


def absolute_error(alpha: Alpha, truth: Image.Image) -> float:
    """Return the mean of |alpha - truth|, the alpha resized to the truth's size."""
    stretched = Image.fromarray(alpha).resize(truth.size, Image.Resampling.BILINEAR)
    expected = np.asarray(truth.convert("L"), dtype=np.float32) / np.float32(255)
    return float(np.abs(np.asarray(stretched) - expected).mean(dtype=np.float64))


def _errors(sessions: list[ort.InferenceSession], path: Path) -> tuple[float, float, float]:
    reference, quantized = (predict(session, path) for session in sessions)
    (truth_path,) = (path.parent.parent / "gt").glob(f"{path.stem}.*")
    with Image.open(truth_path) as truth:
        return (
            absolute_error(reference, truth),
            absolute_error(quantized, truth),
            float(np.abs(reference - quantized).mean(dtype=np.float64)),
        )
