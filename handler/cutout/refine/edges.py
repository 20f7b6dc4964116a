"""Edges at the picture's own sharpness, beyond what the coarse alpha's 1024 pixels can hold.

A small network sees tiles of the picture and of the coarse alpha, as in the refinement stages of
CascadePSP (Cheng et al., CVPR 2020) and BackgroundMattingV2 (Lin et al., CVPR 2021), and says the
alpha of each pixel. `model/recipe/refiner` says what it is and how it was fitted.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import stripes
from cutout.pictures import Alpha, Picture
from cutout.refine.blend import UNIT, Changes, blend
from cutout.refine.guard import guard
from cutout.refine.tiles import SIDE, Tile, tiles
from cutout.segment.model_file import check_files, is_prepared
from cutout.timing import Deadline

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FILE = "edge-refiner.int8.onnx"
BATCH = 7
"""Tiles at once: more leave the processor's cache, fewer pay each call's overhead more often."""

Seen = npt.NDArray[np.uint8]
"""Shape (tiles, SIDE, SIDE, 4): red, green, blue and coarse alpha."""


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
        changes: Changes = np.zeros(enlarged.shape, np.int16)
        longest = 0.0
        found = tiles(coarse, *picture.size)
        for first in range(0, len(found), BATCH):
            start = monotonic()
            if deadline.remaining() <= longest:
                break
            self._change(changes, picture, enlarged, found[first : first + BATCH])
            longest = max(longest, monotonic() - start)
        return _changed(enlarged, changes)

    def wait(self) -> None:
        """Returns when the model is loaded; raises if it can't be."""
        self._session.result()

    def infer(self, seen: Seen) -> Alpha:
        """The bare network: to shape (tiles, SIDE, SIDE)."""
        (output,) = self._session.result().run(None, {"tiles": seen})
        alpha: Alpha = output
        return alpha

    def _change(
        self, changes: Changes, picture: Picture, enlarged: Alpha, found: list[Tile]
    ) -> None:
        """Adds those of a few tiles."""
        seen = _seen(picture, enlarged, found)
        coarse = seen[..., 3]
        change = self.infer(seen).astype(np.float32)
        change -= coarse
        for tile, part in zip(found, blend(found, change, guard(coarse, change)), strict=True):
            changes[tile.inside] += part[tile.within]


def _load(path: Path, threads: int) -> "InferenceSession":
    from cutout.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    prepared = is_prepared(path.parent)
    if not prepared:
        check_files(path.parent, path.name)
    return load_session(path, threads, optimised=prepared)


def _seen(picture: Picture, enlarged: Alpha, found: list[Tile]) -> Seen:
    """What the network sees of tiles; beyond the picture's border, its last row or column."""
    column = Image.new("RGB", (SIDE, SIDE * len(found)))
    for index, tile in enumerate(found):
        rows, columns = tile.inside
        part = picture.flat.crop((columns.start, rows.start, columns.stop, rows.stop))
        within = tile.within
        column.paste(part, (within[1].start, within[0].start + index * SIDE))
    data = np.frombuffer(column.tobytes("raw", "RGBX"), np.uint8)
    seen: Seen = data.reshape(len(found), SIDE, SIDE, 4).copy()
    for each, tile in zip(seen, found, strict=True):
        inside = each[tile.within]
        inside[..., 3] = enlarged[tile.inside]
        if inside.shape != each.shape:
            missing = [(edge.start, SIDE - edge.stop) for edge in tile.within]
            each[...] = np.pad(inside, [*missing, (0, 0)], "edge")
    return seen


def _changed(enlarged: Alpha, changes: Changes) -> Alpha:
    """The sum, rounded. Changes are weighted means of those that keep it within 0..255."""
    alpha = np.empty_like(enlarged)
    for rows in stripes(len(alpha)):
        steps = (changes[rows] + np.int16(UNIT // 2)) // np.int16(UNIT)
        np.add(enlarged[rows], steps.astype(np.uint8), out=alpha[rows])  # modulo 256
    return alpha
