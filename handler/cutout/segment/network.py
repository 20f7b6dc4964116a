"""The networks: several experts and their fusion (`model/README.md`).

`fast.onnx` is the first look, `best.onnx` the second and closer one: it takes what the first has
seen beside the picture.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.choices import Model
from cutout.pictures import Alpha, Picture
from cutout.segment.model_file import WEIGHTS, check_files, is_prepared

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Square: TypeAlias = npt.NDArray[np.uint8]
"""Shape (1, SIDE, SIDE, 3), RGB."""

SIDE = 1024
"""Pixels of the square that every graph takes; the experts look at it at sides of their own."""
FILTER = Image.Resampling.HAMMING
FIRST, SECOND = "fast.onnx", "best.onnx"
DOUBT = {Model.FAST: inf, Model.AUTO: 0.014, Model.BEST: -inf}
"""The doubt about the first look, 0..1, above which a second one follows.

The doubt is the mean distance of the fused alpha and that of the expert which draws the detail.
On the training pictures, fitted without their sources, 43 % are above 0.014, and of all 0.8 % lose
more than 0.005 of error by not being looked at again (`model/README.md`).
"""


class Network:
    """Return the alpha of a `Picture`, uint8 of shape (1024, 1024).

    The sessions are made on another thread from the moment of construction, so that a cold start
    can import the web framework meanwhile. `wait` does not wait for the second look's, which can
    be made while the first look is at work.
    """

    def __init__(self, folder: Path, model: Model, threads: int) -> None:
        self._doubt = DOUBT[model]
        names = (FIRST,) if model is Model.FAST else (FIRST, SECOND)
        loader = ThreadPoolExecutor(1, "model")
        checked = loader.submit(_check, folder, names)
        self._sessions = [loader.submit(_load, checked, folder / name, threads) for name in names]
        loader.shutdown(wait=False)

    def __call__(self, picture: Picture) -> Alpha:
        return self.infer(square(picture))

    def wait(self) -> None:
        """Return when the first look can begin; raise `ModelError` where a file is missing or
        broken."""
        self._sessions[0].result()

    def infer(self, data: Square) -> Alpha:
        """Return the alpha of a square."""
        seen = _run(self._sessions[0], {"picture": data})
        alpha: Alpha = seen.pop("alpha")
        if seen.pop("doubt")[0] > self._doubt:
            alpha = _run(self._sessions[1], {"picture": data, **seen})["alpha"]
        return alpha


def square(picture: Picture) -> Square:
    """Return the picture squashed to the square, in one step: Pillow's `reducing_gap` saves a third
    of 0.1 s at 4096² and costs the mask a few per cent of its error. The networks were trained on
    pictures shrunk without any filter: one that leaves a large picture sharper than a bilinear
    filter does serves them better (`model/README.md` has figures)."""
    small = picture.flat.resize((SIDE, SIDE), FILTER)
    return np.asarray(small)[np.newaxis]


def _check(folder: Path, names: tuple[str, ...]) -> bool:
    """Return whether the graphs are prepared; raise `ModelError` where a file is not the one of
    the manifest."""
    prepared = is_prepared(folder)
    if not prepared:
        check_files(folder, *names, WEIGHTS)
    return prepared


def _load(checked: "Future[bool]", path: Path, threads: int) -> "InferenceSession":
    from cutout.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    return load_session(path, threads, optimised=checked.result())


def _run(session: "Future[InferenceSession]", feed: dict[str, Any]) -> dict[str, Any]:
    """Return a graph's outputs by their names."""
    loaded = session.result()
    names = [each.name for each in loaded.get_outputs()]
    return dict(zip(names, loaded.run(names, feed), strict=True))
