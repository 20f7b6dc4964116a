"""Segment a picture with the networks of a folder (`model/README.md`).

The graphs run one after the other: `glance.onnx`, `fast.onnx`, `best.onnx`. Each is called a look
at the picture, and is more exact than the one before. A graph takes the picture and the outputs of
earlier graphs, and returns a measure of doubt about its own alpha. A folder needs only `fast.onnx`.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.choices import Model
from cutout.pictures import Alpha, Look, Picture
from cutout.segment.model_file import ModelError, check_files, is_prepared, listed_files

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Square: TypeAlias = npt.NDArray[np.uint8]
"""Shape (1, SIDE, SIDE, 3), RGB."""

SIDE = 1024
"""Side in pixels of the square that every graph takes; experts shrink it to their own sides."""
FILTER = Image.Resampling.HAMMING
PICTURE, ALPHA = [1, SIDE, SIDE, 3], [SIDE, SIDE]
"""Shapes of every graph's input and output."""
GLANCE, FAST, BEST = LOOKS = ("glance.onnx", "fast.onnx", "best.onnx")
"""Graphs in the order in which they run."""
APART, DOUBT = "apart", "doubt"
Limits: TypeAlias = Mapping[str, Mapping[str, float]]
LIMITS: dict[Model, Limits] = {
    Model.FAST: {GLANCE: {APART: 0.04}},
    Model.AUTO: {GLANCE: {APART: 0.015}, FAST: {APART: 0.025, DOUBT: 0.07}},
    Model.BEST: {},
}
"""Distances, 0..1, after each look. The next look follows if all that are named are exceeded.

``apart`` is the mean distance between the alphas of the glance's two experts. ``doubt`` is the mean
distance between the fused alpha and the one of the expert with the finest detail, divided by the
share of the picture that the subject covers. Of 792 training pictures, TinyViT being fitted without
their sources, 66 % are within the glance's limit of `fast` and 34 % within that of `auto`; 35 % get
the last look; 0.5 % lose more than 0.005 of error beside `best` (`model/EXPERIMENTS.md`).
"""
SMALLEST, LARGEST = 0.01, 0.3
"""Limits of the share of the picture by which a doubt is divided."""


class Network:
    """Segment pictures: return the alpha of a `Picture`, uint8 of shape (1024, 1024).

    The sessions are made on another thread from construction on, so that a cold start can import
    the web framework meanwhile. `wait` waits for the first look's session alone, since the others
    can be made during the first look. Graphs that the folder's manifest does not list are left out,
    whatever `model` is (docs/own-network.md).
    """

    def __init__(self, folder: Path, model: Model, threads: int) -> None:
        self._limits = LIMITS[model]
        loader = ThreadPoolExecutor(1, "model")
        files = loader.submit(_check, folder, model)
        self._sessions = {name: loader.submit(_load, files, name, threads) for name in LOOKS}
        loader.shutdown(wait=False)

    def __call__(self, picture: Picture) -> Alpha:
        """Return the alpha of a picture."""
        return self.look(picture).alpha

    def look(self, picture: Picture) -> Look:
        """Return the alpha and the doubt."""
        return self._infer(square(picture), self._limits)

    def wait(self) -> None:
        """Return when the first look can begin.

        Raise `ModelError` if a file is missing or broken.
        """
        for session in self._sessions.values():
            if session.result():
                return

    def infer(self, data: Square) -> Alpha:
        """Return the alpha of a square."""
        return self._infer(data, self._limits).alpha

    def warm_up(self) -> None:
        """Run every graph once, whatever the doubt, so that no picture pays for its first run."""
        self._infer(np.zeros((1, SIDE, SIDE, 3), np.uint8), LIMITS[Model.BEST])

    def _infer(self, data: Square, limits: Limits) -> Look:
        """Look again as long as the limits after a look are exceeded.

        The ``doubt`` returned is that of the last graph that reports it.
        """
        seen: dict[str, Any] = {"picture": data}
        in_doubt = True
        for name, loading in self._sessions.items():
            if in_doubt and (session := loading.result()):
                answer = _run(session, seen)
                seen |= answer
                in_doubt = is_in_doubt(answer, seen, limits.get(name, {}))
        return Look(seen["alpha"], float(seen[DOUBT][0]) if DOUBT in seen else None)


def square(picture: Picture) -> Square:
    """Return the picture resized to the square, whatever its proportions, in one step.

    Pillow's `reducing_gap` would save a third of 0.1 s at 4096² and raise the mask's error by a few
    per cent. The networks were trained on pictures shrunk without a filter, so that a filter which
    keeps a picture sharper than a bilinear one suits them (figures: `model/EXPERIMENTS.md`).
    """
    small = picture.flattened.resize((SIDE, SIDE), FILTER)
    return np.asarray(small)[np.newaxis]


@dataclass(frozen=True)
class _Files:
    """Hold the folder's graphs by name, and whether the image's build has optimised them."""

    graphs: Mapping[str, Path]
    prepared: bool


def _check(folder: Path, model: Model) -> _Files:
    """Find the graphs; raise `ModelError` if a file is missing or not the manifest's."""
    listed, prepared = listed_files(folder), is_prepared(folder)
    unused = BEST if model is Model.FAST else None
    graphs = [name for name in LOOKS if name == FAST or (name in listed and name != unused)]
    if not prepared:
        check_files(folder, *graphs, *(name for name in listed if not name.endswith(".onnx")))
    return _Files({name: folder / name for name in graphs}, prepared)


def _load(found: "Future[_Files]", name: str, threads: int) -> "InferenceSession | None":
    """Return a session for a graph, or None if the folder does not have it."""
    files = found.result()
    if name not in files.graphs:
        return None
    from cutout.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    path = files.graphs[name]
    session = load_session(path, threads, optimised=files.prepared)
    _require_ports(session, path)
    return session


def _require_ports(session: "InferenceSession", path: Path) -> None:
    """Raise `ModelError` unless the graph takes ``picture`` and returns ``alpha``."""
    ports = (session.get_inputs(), "picture", PICTURE), (session.get_outputs(), "alpha", ALPHA)
    for found, name, shape in ports:
        port = next((each for each in found if each.name == name), None)
        if port is None or port.type != "tensor(uint8)" or port.shape != shape:
            raise ModelError(
                f"The model {path} needs {name}, uint8 of shape {shape}; it has "
                + (f"{port.type} of {port.shape}" if port else f"no {name}")
                + ". `make wrap` makes such a graph (docs/own-network.md)."
            )


def _run(session: "InferenceSession", feed: dict[str, Any]) -> dict[str, Any]:
    """Return a graph's outputs by name; it takes the inputs it needs from `feed`."""
    names = [each.name for each in session.get_outputs()]
    taken = {each.name: feed[each.name] for each in session.get_inputs()}
    return dict(zip(names, session.run(names, taken), strict=True))


def is_in_doubt(
    answer: Mapping[str, Any], seen: Mapping[str, Any], limits: Mapping[str, float]
) -> bool:
    """Return whether the distances that the looks report exceed all `limits`.

    ``doubt`` is that of the last look, ``apart`` that of any. A distance that no graph reports
    exceeds every limit.
    """
    if APART in limits and APART in seen and seen[APART][0] <= limits[APART]:
        return False
    if DOUBT not in limits or DOUBT not in answer:
        return True
    covered = min(max(float(answer["alpha"].mean()) / 255, SMALLEST), LARGEST)
    return float(answer[DOUBT][0]) / covered > limits[DOUBT]
