"""ISNet, general use (Qin et al., "Highly Accurate Dichotomous Image Segmentation", ECCV 2022)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from handler.pictures import Alpha, Picture
from handler.segment.backdrop import opaque
from handler.segment.model_file import check_model

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FILE = "isnet-general-use.int8.onnx"
SIDE = 1024


class ISNet:
    """Callable: `Picture` → alpha of shape (1024, 1024), uint8.

    The session is made on another thread from the moment of construction, so that a cold start
    can import the web framework meanwhile; `wait` raises what went wrong with it.
    """

    def __init__(self, model_dir: Path, threads: int) -> None:
        loader = ThreadPoolExecutor(1, "model")
        self._session = loader.submit(_load, model_dir / FILE, threads)
        loader.shutdown(wait=False)

    def __call__(self, picture: Picture) -> Alpha:
        alpha: Alpha = (self.infer(network_input(picture)) * 255 + 0.5).astype(np.uint8)
        return alpha

    def wait(self) -> None:
        """Returns when the model is loaded; raises if it can't be."""
        self._session.result()

    def infer(self, data: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The bare network: shape (1, 3, 1024, 1024) in, (1024, 1024) in 0..1 out."""
        (output,) = self._session.result().run(None, {"input": data})
        alpha: npt.NDArray[np.float32] = output[0, 0]
        return alpha


def _load(path: Path, threads: int) -> "InferenceSession":
    from handler.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    check_model(path)
    return load_session(path, threads)


def network_input(picture: Picture) -> npt.NDArray[np.float32]:
    """Shape (1, 3, 1024, 1024), about -0.5..0.5, the picture squashed to the square as in the
    authors' inference, in one step: Pillow's `reducing_gap` saves a third of 0.1 s at 4096² and
    costs the mask a few per cent of its error."""
    small = opaque(picture).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    channels = np.asarray(small, dtype=np.float32).transpose(2, 0, 1)
    return np.ascontiguousarray((channels - np.float32(128)) / np.float32(256))[np.newaxis]
