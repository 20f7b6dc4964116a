"""Optimise the graphs for the image: ``python -m model.recipe.prepare SOURCE TARGET``.

onnxruntime optimises a graph each time it opens it, for 0.25 s of every cold start. This does it
once, when the image is built, and the function opens the result as it is. Optimisations for one
kind of processor (the NCHWc layout) are left out, which costs 2 % of a picture's time. Folded
constants are stored in the new graph; all other weights stay in `weights.bin`.
"""

import json
import sys
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from shutil import copyfile
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from cutout.segment.model_file import MANIFEST, check_files, listed_files
from cutout.segment.session import OF_ONE_PROCESSOR, load_session

THREADS = 2

Bytes: TypeAlias = npt.NDArray[np.uint8]
"""Shape (..., height, width, channels)."""


def prepare(source: Path, target: Path) -> None:
    """Write the optimised graphs, their weights and a manifest to `target`.

    Raise `ModelError` if a source isn't the one of its manifest, `ValueError` if an optimised graph
    answers differently from its source.
    """
    names = listed_files(source)
    check_files(source, *names)
    target.mkdir(parents=True, exist_ok=True)
    graphs = [name for name in names if name.endswith(".onnx")]
    for name in names:
        if name not in graphs:
            copyfile(source / name, target / name)
    for name in graphs:
        optimise(source / name, target / name)
        require_equal(source / name, target / name)
    write_manifest(source, target)


def optimise(source: Path, target: Path) -> None:
    """Write a graph as onnxruntime optimises it."""
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(target)
    ort.InferenceSession(
        source, options, providers=["CPUExecutionProvider"], disabled_optimizers=OF_ONE_PROCESSOR
    )


def require_equal(source: Path, target: Path) -> None:
    """Raise `ValueError` unless both graphs return the same bytes."""
    original = load_session(source, THREADS)
    prepared = load_session(target, THREADS, optimised=True)
    for make in (_noise, _disc):
        feed = {each.name: _input(each, make) for each in original.get_inputs()}
        expected, found = (each.run(None, feed) for each in (original, prepared))
        if not all(map(np.array_equal, expected, found)):
            raise ValueError(f"{target.name} is not equal to {source.name}")


def write_manifest(source: Path, target: Path) -> None:
    """Write the source's manifest with the digests of the optimised files."""
    manifest = json.loads((source / MANIFEST).read_text())
    for name in manifest["files"]:
        path = target / name
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        manifest["files"][name] = {"sha256": digest, "bytes": path.stat().st_size}
    text = json.dumps(manifest | {"prepared": True}, indent=2)
    (target / MANIFEST).write_text(f"{text}\n")


def _input(entry: ort.NodeArg, make: Callable[[list[int]], Bytes]) -> npt.NDArray[Any]:
    """Return bytes, two pictures of what takes any number, or logits of -8..8."""
    shape = [2 if isinstance(length, str) else length for length in entry.shape]
    if entry.type == "tensor(uint8)":
        return make(shape)
    count, channels, height, width = shape
    data = make([count, height, width, channels]).transpose(0, 3, 1, 2)
    return data.astype(np.float32) / 16 - 8


def _noise(shape: list[int]) -> Bytes:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def _disc(shape: list[int]) -> Bytes:
    """Return a disc on a slope of grey, which every network sees."""
    height, width = shape[-3:-1]
    rows, columns = np.mgrid[:height, :width]
    disc = np.hypot(rows - height / 2, columns - width / 2) < 0.3 * height
    plane = np.where(disc, 230, rows * 100 // height).astype(np.uint8)
    return np.broadcast_to(plane[..., np.newaxis], shape).copy()


if __name__ == "__main__":
    prepare(*map(Path, sys.argv[1:]))
