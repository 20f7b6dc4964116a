"""The network: several experts and their fusion in one graph (`model/README.md`)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from handler.pictures import Alpha, Picture
from handler.segment.model_file import WEIGHTS, check_files, is_prepared

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Square: TypeAlias = npt.NDArray[np.uint8]
"""Shape (1, side, side, 3), RGB."""

FILTER = Image.Resampling.HAMMING


class Network:
    """Callable: `Picture` → alpha of shape (1024, 1024), uint8.

    The session is made on another thread from the moment of construction, so that a cold start
    can import the web framework meanwhile; `wait` raises what went wrong with it.
    """

    def __init__(self, path: Path, threads: int) -> None:
        loader = ThreadPoolExecutor(1, "model")
        self._session = loader.submit(_load, path, threads)
        loader.shutdown(wait=False)

    def __call__(self, picture: Picture) -> Alpha:
        return self.infer(square(picture, self.side))

    @property
    def side(self) -> int:
        """Of the square that the graph takes; the experts in it look at it in sizes of their
        own."""
        side: int = self._session.result().get_inputs()[0].shape[1]
        return side

    def wait(self) -> None:
        """Returns when the model is loaded; raises if it can't be."""
        self._session.result()

    def infer(self, data: Square) -> Alpha:
        """The bare network."""
        alpha: Alpha = self._session.result().run(None, {"picture": data})[0]
        return alpha


def _load(path: Path, threads: int) -> "InferenceSession":
    from handler.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    prepared = is_prepared(path.parent)
    if not prepared:
        check_files(path.parent, path.name, WEIGHTS)
    return load_session(path, threads, optimised=prepared)


def square(picture: Picture, side: int) -> Square:
    """The picture squashed to the square, in one step: Pillow's `reducing_gap` saves a third of
    0.1 s at 4096² and costs the mask a few per cent of its error. The networks were trained on
    pictures shrunk without any filter: one that leaves a large picture sharper than a bilinear
    filter does serves them better (`model/README.md` has figures)."""
    small = picture.flat.resize((side, side), FILTER)
    return np.asarray(small)[np.newaxis]
