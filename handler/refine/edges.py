"""Edges at the picture's own sharpness, beyond what the coarse alpha's 1024 pixels can hold.

A small network sees a tile of the picture and of the coarse alpha, as in the refinement stages of
CascadePSP (Cheng et al., CVPR 2020) and BackgroundMattingV2 (Lin et al., CVPR 2021), and says the
alpha of each pixel. `model/refiner` says what it is and how it was fitted.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from handler.deadline import Deadline
from handler.pictures import Alpha, Picture
from handler.refine.guard import guard
from handler.refine.tiles import ONE, SIDE, Tile, tiles
from handler.segment.model_file import check_files, is_prepared
from handler.stripes import stripes

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FILE = "edge-refiner.int8.onnx"

Changes = npt.NDArray[np.int32]
"""Shape of the picture: what is added to the alpha, times ONE²."""


class EdgeRefiner:
    """Callable: picture, coarse alpha, its enlargement, deadline → alpha of the picture's size.

    The session is made on another thread from the moment of construction, as the network's.
    """

    def __init__(self, model_dir: Path, threads: int) -> None:
        loader = ThreadPoolExecutor(1, "edges")
        self._session = loader.submit(_load, model_dir / FILE, threads)
        loader.shutdown(wait=False)

    def __call__(
        self, picture: Picture, coarse: Alpha, enlarged: Alpha, deadline: Deadline
    ) -> Alpha:
        """As many tiles as there is time for, those with most of an edge first; the rest stays as
        it was. Where the picture is no larger than the coarse alpha nothing is to be won."""
        if max(picture.size) <= max(coarse.shape) or not deadline.remaining():
            return enlarged
        changes: Changes = np.zeros(enlarged.shape, np.int32)
        longest = 0.0
        for tile in tiles(coarse, *picture.size):
            start = monotonic()
            if deadline.remaining() <= longest:
                break
            changes[tile.inside] += self._change(picture, enlarged, tile)[tile.within]
            longest = max(longest, monotonic() - start)
        return _changed(enlarged, changes)

    def wait(self) -> None:
        """Returns when the model is loaded; raises if it can't be."""
        self._session.result()

    def infer(self, planes: npt.NDArray[np.uint8]) -> Alpha:
        """The bare network: shape (4, SIDE, SIDE), red, green, blue and coarse alpha, to
        (SIDE, SIDE)."""
        (output,) = self._session.result().run(None, {"tile": planes})
        alpha: Alpha = output
        return alpha

    def _change(self, picture: Picture, enlarged: Alpha, tile: Tile) -> Changes:
        """Of one tile, weighted."""
        planes = _planes(picture, enlarged, tile)
        fine = self.infer(planes)
        share = guard(planes[3], fine) * tile.weights
        change: Changes = np.rint(share * (fine.astype(np.float32) - planes[3])).astype(np.int32)
        return change


def _load(path: Path, threads: int) -> "InferenceSession":
    from handler.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    prepared = is_prepared(path.parent)
    if not prepared:
        check_files(path.parent, path.name)
    return load_session(path, threads, optimised=prepared)


def _planes(picture: Picture, enlarged: Alpha, tile: Tile) -> npt.NDArray[np.uint8]:
    """What the network sees of a tile; beyond the picture's border, its last row or column."""
    rows, columns = tile.inside
    part = picture.colour.crop((columns.start, rows.start, columns.stop, rows.stop))
    seen = np.concatenate([np.asarray(part).transpose(2, 0, 1), enlarged[np.newaxis, *tile.inside]])
    missing = [(each.start, SIDE - each.stop) for each in tile.within]
    return np.pad(seen, [(0, 0), *missing], "edge")


def _changed(enlarged: Alpha, changes: Changes) -> Alpha:
    """The sum, rounded. Changes are weighted means of those that keep it within 0..255."""
    alpha = np.empty_like(enlarged)
    for rows in stripes(len(alpha)):
        steps = (changes[rows] + ONE * ONE // 2) // (ONE * ONE)
        np.add(enlarged[rows], steps, out=alpha[rows], casting="unsafe")
    return alpha
