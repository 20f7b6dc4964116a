"""Compute and keep what the fit needs of each training picture: features, picture, truth."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import TensorProto, helper
from PIL import Image

from model.recipe.graph import INPUT, IR_VERSION, OPSET
from model.recipe.graph_builder import GraphBuilder
from model.recipe.pictures import pictures_in, square
from model.recipe.tinyvit.checkpoint import Tensors
from model.recipe.tinyvit.encoder_graph import DEVIATION, MEAN, Encoder
from model.recipe.tinyvit.sizes import CHANNELS, MAP_SIDE, SIDE

TRUTH_SIDE = 2 * MAP_SIDE
INDEX = "pictures.json"
ARRAYS = {
    "stride4": ((CHANNELS[2], MAP_SIDE, MAP_SIDE), np.float16),
    "stride8": ((CHANNELS[1], MAP_SIDE // 2, MAP_SIDE // 2), np.float16),
    "stride16": ((CHANNELS[0], MAP_SIDE // 4, MAP_SIDE // 4), np.float16),
    "picture": ((3, MAP_SIDE, MAP_SIDE), np.uint8),
    "truth": ((TRUTH_SIDE, TRUTH_SIDE), np.uint8),
}
"""Shape and type of each picture's part; features are the published encoder's."""


@dataclass(frozen=True)
class Observed:
    """Hold the parts of all pictures, mapped from the folder."""

    paths: list[Path]
    sets: list[str]
    """Name of each picture's set."""
    parts: dict[str, npt.NDArray[np.float16] | npt.NDArray[np.uint8]]

    def chosen(self, held_out: Sequence[str]) -> tuple[npt.NDArray[np.int64], ...]:
        """Return the indices of the pictures to fit on, and of those in the sets `held_out`."""
        held = np.array([name in held_out for name in self.sets])
        return np.flatnonzero(~held), np.flatnonzero(held)


def observe(tensors: Tensors, folders: Sequence[Path], kept: Path) -> Observed:
    """Return the parts of every picture with a truth in `folders`.

    The folders hold sets with ``im`` and ``gt``. The parts are stored in `kept`, and computed only
    if it does not hold those of the same pictures.
    """
    paths = [
        path for each in folders for im in sorted(each.glob("*/im")) for path in pictures_in(im)
    ]
    index = {"pictures": [f"{p.parent.parent.name}/{p.stem} {_digest(p)}" for p in paths]}
    described = kept / INDEX
    if not described.exists() or json.loads(described.read_text()) != index:
        kept.mkdir(parents=True, exist_ok=True)
        described.unlink(missing_ok=True)  # so that an incomplete folder is not used
        _make(tensors, paths, kept)
        described.write_text(json.dumps(index, indent=1))
    parts = {name: np.load(kept / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    return Observed(paths, [path.parent.parent.name for path in paths], parts)


def encoder_input(path: Path) -> npt.NDArray[np.float32]:
    """Return the picture as the encoder sees it in the shipped graph.

    The shape is (1, 3, 448, 448), RGB, 0..255.
    """
    pixels = Image.fromarray(square(path, 1024)[0])
    seen = pixels.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(seen, np.float32).transpose(2, 0, 1)[np.newaxis]


def _make(tensors: Tensors, paths: Sequence[Path], kept: Path) -> None:
    arrays = {
        name: np.lib.format.open_memmap(kept / f"{name}.npy", "w+", dtype, (len(paths), *shape))
        for name, (shape, dtype) in ARRAYS.items()
    }
    session = _encoder(tensors)
    for index, path in enumerate(paths):
        normalized = (encoder_input(path) - MEAN.reshape(1, 3, 1, 1)) / DEVIATION.reshape(
            1, 3, 1, 1
        )
        features = session.run(None, {INPUT: normalized.astype(np.float32)})
        for name, feature in zip(("stride4", "stride8", "stride16"), features, strict=True):
            arrays[name][index] = feature[0]
        arrays["picture"][index] = _small(path)
        arrays["truth"][index] = _truth(path)
    for array in arrays.values():
        array.flush()


def _encoder(tensors: Tensors) -> ort.InferenceSession:
    builder = GraphBuilder()
    features = Encoder(builder, tensors, SIDE).draw(INPUT)
    names = (features.stride4, features.stride8, features.stride16)
    graph = helper.make_graph(
        builder.nodes,
        "encoder",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def _small(path: Path) -> npt.NDArray[np.uint8]:
    """Return the picture as the decoder sees it: means over 4 by 4 of the encoder's pixels."""
    cells = encoder_input(path)[0].reshape(3, MAP_SIDE, 4, MAP_SIDE, 4)
    small: npt.NDArray[np.uint8] = np.rint(cells.mean((2, 4))).astype(np.uint8)
    return small


def _truth(path: Path) -> npt.NDArray[np.uint8]:
    (found,) = (path.parent.parent / "gt").glob(f"{path.stem}.*")
    with Image.open(found) as opened:
        mask = opened.convert("L").resize((TRUTH_SIDE, TRUTH_SIDE), Image.Resampling.BOX)
    return np.asarray(mask, np.uint8)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:16]
