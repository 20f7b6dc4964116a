"""Sharpen edges beyond what the coarse alpha's 1024 pixels can hold.

A small network takes tiles of the picture and of the coarse alpha and returns the alpha of each
pixel, as in the refinement stages of CascadePSP (Cheng et al., CVPR 2020) and BackgroundMattingV2
(Lin et al., CVPR 2021). `model/recipe/edge_refiner` holds its design and training.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import stripes
from cutout.pictures import Alpha, Picture
from cutout.refine.blend import UNIT, Changes, blend, kept_shares
from cutout.refine.tiles import SIDE, Tile, tiles
from cutout.segment.model_file import ModelError, check_files, is_prepared, listed_files
from cutout.timing import Deadline

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FILE = "edge-refiner.int8.onnx"
BATCH = 7
"""Tiles per call: more do not fit into the processor's cache, fewer repeat the call's overhead."""

Seen = npt.NDArray[np.uint8]
"""Shape (tiles, SIDE, SIDE, 4): red, green, blue and coarse alpha."""


class EdgeRefiner:
    """Refine an enlarged alpha tile by tile with the edge network.

    Its session is created on another thread as soon as it is constructed, like those of the
    networks. If the folder's manifest lists no refiner, every enlarged alpha is returned unchanged.
    """

    def __init__(
        self,
        model_dir: Path,
        threads: int,
        *,
        batch: int = BATCH,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._batch, self._clock = batch, clock
        loader = ThreadPoolExecutor(1, "edges")
        self._session = loader.submit(_load, model_dir, threads)
        loader.shutdown(wait=False)

    def __call__(
        self, picture: Picture, coarse: Alpha, enlarged: Alpha, deadline: Deadline
    ) -> Alpha:
        """Return the alpha of the picture's size, refined until `deadline`.

        Tiles with the most edge come first; tiles for which no time is left stay as they are. A
        picture that is no larger than the coarse alpha is not refined.
        """
        if max(picture.size) <= max(coarse.shape) or not deadline.remaining():
            return enlarged
        if self._session.result() is None:
            return enlarged
        changes: Changes = np.zeros(enlarged.shape, np.int16)
        longest = 0.0
        found = tiles(coarse, *picture.size)
        for first in range(0, len(found), self._batch):
            start = self._clock()
            if deadline.remaining() <= longest:
                break
            self._change(changes, picture, enlarged, found[first : first + self._batch])
            longest = max(longest, self._clock() - start)
        return _changed(enlarged, changes)

    def wait(self) -> None:
        """Return when the model is loaded; raise `ModelError` if it can't be."""
        self._session.result()

    def infer(self, seen: Seen) -> Alpha:
        """Run the bare network; return shape (tiles, SIDE, SIDE)."""
        session = self._session.result()
        if session is None:
            raise ModelError(f"The model has no {FILE} in its manifest.")
        (output,) = session.run(None, {"tiles": seen})
        alpha: Alpha = output
        return alpha

    def _change(
        self, changes: Changes, picture: Picture, enlarged: Alpha, found: list[Tile]
    ) -> None:
        """Add the changes of a batch of tiles to `changes`."""
        seen = _seen(picture, enlarged, found)
        coarse = seen[..., 3]
        change = self.infer(seen).astype(np.float32)
        change -= coarse
        for tile, part in zip(
            found, blend(found, change, kept_shares(coarse, change)), strict=True
        ):
            changes[tile.inside] += part[tile.within]


def _load(folder: Path, threads: int) -> "InferenceSession | None":
    """Return the session, or None where the manifest lists no refiner; raise `ModelError`."""
    if FILE not in listed_files(folder):
        return None
    from cutout.segment.session import load_session  # noqa: PLC0415  # on this thread as well

    prepared = is_prepared(folder)
    if not prepared:
        check_files(folder, FILE)
    return load_session(folder / FILE, threads, optimised=prepared)


def _seen(picture: Picture, enlarged: Alpha, found: list[Tile]) -> Seen:
    """Return the network's input for tiles; repeat the picture's last row and column outside it."""
    column = Image.new("RGB", (SIDE, SIDE * len(found)))
    for index, tile in enumerate(found):
        rows, columns = tile.inside
        part = picture.flattened.crop((columns.start, rows.start, columns.stop, rows.stop))
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
    """Return the rounded sum. Changes are weighted means of values that keep it within 0..255."""
    alpha = np.empty_like(enlarged)
    for rows in stripes(len(alpha)):
        steps = (changes[rows] + np.int16(UNIT // 2)) // np.int16(UNIT)
        np.add(enlarged[rows], steps.astype(np.uint8), out=alpha[rows])  # modulo 256
    return alpha
