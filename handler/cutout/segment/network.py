"""Segment a picture with the networks of a folder (`model/README.md`).

`fast.onnx` is the first look. `best.onnx`, which a folder need not have, is the second and closer
one: it takes the first one's outputs beside the picture.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import inf, isfinite
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
FIRST, SECOND = "fast.onnx", "best.onnx"
DOUBT = {Model.FAST: inf, Model.AUTO: 0.016, Model.BEST: -inf}
"""Limit of the doubt about the first look, 0..1, above which a second one follows.

The doubt is the mean distance between the fused alpha and that of the expert with the finest
detail. Of the training pictures, fitted without their sources, 40 % are above 0.016, and 0.9 %
lose more than 0.005 of error because they are not looked at again (`model/EXPERIMENTS.md`).
"""


class Network:
    """Segment pictures: return the alpha of a `Picture`, uint8 of shape (1024, 1024).

    The sessions are made on another thread from construction on, so that a cold start can import
    the web framework meanwhile. `wait` does not wait for the second look's session, which can be
    made during the first look. If the folder's manifest lists no second graph, there is one look,
    whatever `model` is (docs/own-network.md).
    """

    def __init__(self, folder: Path, model: Model, threads: int) -> None:
        self._doubt = DOUBT[model]
        loader = ThreadPoolExecutor(1, "model")
        files = loader.submit(_check, folder, look_twice=model is not Model.FAST)
        self._first = loader.submit(_load_first, files, threads)
        self._second = loader.submit(_load_second, files, threads)
        loader.shutdown(wait=False)

    def __call__(self, picture: Picture) -> Alpha:
        """Return the alpha of a picture."""
        return self.look(picture).alpha

    def look(self, picture: Picture) -> Look:
        """Return the alpha and the doubt about the first look."""
        return self._infer(square(picture), self._doubt)

    def wait(self) -> None:
        """Return when the first look can begin.

        Raise `ModelError` if a file is missing or broken.
        """
        self._first.result()

    def infer(self, data: Square) -> Alpha:
        """Return the alpha of a square."""
        return self._infer(data, self._doubt).alpha

    def warm_up(self) -> None:
        """Run every graph once, whatever the doubt, so that no picture pays for its first run."""
        self._infer(np.zeros((1, SIDE, SIDE, 3), np.uint8), -inf)

    def _infer(self, data: Square, limit: float) -> Look:
        """Look once, and again if the doubt is above `limit`.

        A first graph without ``doubt`` is always in doubt.
        """
        seen = _run(self._first.result(), {"picture": data})
        alpha: Alpha = seen.pop("alpha")
        doubt = seen.pop("doubt", [inf])[0]
        if doubt > limit and (second := self._second.result()):
            alpha = _run(second, {"picture": data, **seen})["alpha"]
        return Look(alpha, float(doubt) if isfinite(doubt) else None)


def square(picture: Picture) -> Square:
    """Return the picture resized to the square, whatever its proportions, in one step.

    Pillow's `reducing_gap` would save a third of 0.1 s at 4096² and raise the mask's error by a few
    per cent. The networks were trained on pictures shrunk without a filter, so that a filter which
    keeps a picture sharper than a bilinear one suits them (figures: `model/EXPERIMENTS.md`).
    """
    small = picture.flat.resize((SIDE, SIDE), FILTER)
    return np.asarray(small)[np.newaxis]


@dataclass(frozen=True)
class _Files:
    """Hold the graphs that were found, the second one being optional."""

    first: Path
    second: Path | None
    prepared: bool


def _check(folder: Path, *, look_twice: bool) -> _Files:
    """Find the graphs; raise `ModelError` if a file is missing or not the manifest's."""
    listed, prepared = listed_files(folder), is_prepared(folder)
    graphs = [FIRST, SECOND] if look_twice and SECOND in listed else [FIRST]
    if not prepared:
        check_files(folder, *graphs, *(name for name in listed if not name.endswith(".onnx")))
    return _Files(folder / FIRST, folder / SECOND if SECOND in graphs else None, prepared)


def _load_first(found: "Future[_Files]", threads: int) -> "InferenceSession":
    files = found.result()
    return _load(files.first, threads, files)


def _load_second(found: "Future[_Files]", threads: int) -> "InferenceSession | None":
    files = found.result()
    return _load(files.second, threads, files) if files.second else None


def _load(path: Path, threads: int, files: _Files) -> "InferenceSession":
    from cutout.segment.session import load_session  # noqa: PLC0415  # on this thread as well

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
