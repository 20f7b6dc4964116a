"""Draw small networks of one's own, and what they see."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from PIL import Image

from model.recipe.wrap import Convention, write_folder

SIDE = 64
PLAIN = Convention((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def network(
    nodes: Sequence[NodeProto],
    weights: dict[str, npt.NDArray[Any]] | None = None,
    *,
    takes: tuple[int, Sequence[int | str | None] | None] = (TensorProto.FLOAT, (1, 3, SIDE, SIDE)),
    gives: Sequence[str] = ("y",),
    opset: int = 18,
    ir: int = 8,
) -> ModelProto:
    """Return a network from ``x`` to the outputs that `gives` names."""
    graph = helper.make_graph(
        nodes,
        "drawn",
        [helper.make_tensor_value_info("x", *takes)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in gives],
        [
            numpy_helper.from_array(np.asarray(value), name)
            for name, value in (weights or {}).items()
        ],
    )
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=imports, ir_version=ir)


def redness(side: int | str = SIDE, opset: int = 17) -> ModelProto:
    """Return a network that finds what is red: red minus green."""
    weight = np.array([1, -1, 0], np.float32).reshape(1, 3, 1, 1)
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"], "conv")],
        "redness",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, side, side])],
        [numpy_helper.from_array(weight, "w")],
    )
    imports = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def write_own_network(folder: Path) -> Path:
    """Write a network to `folder`/own for CUTOUT_MODEL_DIR, and return that folder.

    It opens and runs in milliseconds, for tests of what surrounds a network.
    """
    onnx.save(redness(), folder / "redness.onnx")
    write_folder(folder / "redness.onnx", folder / "own", PLAIN)
    return folder / "own"


def half_red(size: tuple[int, int] = (200, 100)) -> Image.Image:
    """Return a picture whose left half is red, and whose right half is white."""
    picture = Image.new("RGB", size, "white")
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    return picture


def require_left_half(alpha: np.ndarray) -> None:
    width = alpha.shape[1]
    assert alpha[:, : width * 2 // 5].min() == 255
    assert alpha[:, width * 3 // 5 :].max() == 0
