"""The range of each tensor, from what it does over a folder of pictures.

The extremes won't do. Where the network is sure of itself, a few pixels near a corner of the
padding reach 500 in a tensor whose other values stay below 5, and 256 steps spread over 0..500
leave nothing for those. So each picture tells its own extremes, and the range is their lower
quartile: whatever lies outside is clipped, in pixels that are far from undecided anyway.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper

from model.recipe.pictures import expert_input

QUANTILE = 0.25


@dataclass(frozen=True)
class Extremes:
    """One tensor's lowest and highest value in each picture, two arrays of shape (pictures,)."""

    lowest: npt.NDArray[np.float32]
    highest: npt.NDArray[np.float32]

    def range(self) -> tuple[np.float32, np.float32]:
        """What three quarters of the pictures reach, on either side."""
        low = np.quantile(self.lowest, 1 - QUANTILE)
        high = np.quantile(self.highest, QUANTILE)
        return np.float32(low), np.float32(high)


def observe(model: ModelProto, side: int, pictures: list[Path]) -> dict[str, Extremes]:
    """The extremes of the input, a square of `side`, and of every tensor between two nodes."""
    names = ["input", *(name for node in model.graph.node for name in node.output)]
    session = ort.InferenceSession(
        _with_extremes(model, names).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    seen = np.array([session.run(None, {"input": expert_input(path, side)}) for path in pictures])
    return {
        name: Extremes(seen[:, 2 * index], seen[:, 2 * index + 1])
        for index, name in enumerate(names)
    }


def _with_extremes(model: ModelProto, names: list[str]) -> ModelProto:
    """A copy whose outputs are the minimum and the maximum of each named tensor, in turn."""
    extended = ModelProto()
    extended.CopyFrom(model)
    graph = extended.graph
    del graph.output[:]
    for name in names:
        for operator in ("ReduceMin", "ReduceMax"):
            output = f"{name}_{operator}"
            graph.node.append(helper.make_node(operator, [name], [output], keepdims=0))
            graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, []))
    return extended
