"""Measure the range of each tensor over a folder of pictures.

Plain extremes break these networks: where they are confident, a few pixels near a corner of the
padding reach 500 in a tensor whose other values stay below 5, and 256 steps over 0..500 leave
nothing for those. So the range is the lower quartile of each picture's extremes. Values beyond it
are clipped, in pixels that are far from undecided anyway.
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
    """Hold a tensor's lowest and highest value in each picture, arrays of shape (pictures,)."""

    lowest: npt.NDArray[np.float32]
    highest: npt.NDArray[np.float32]

    def range(self) -> tuple[np.float32, np.float32]:
        """Return the limits that three quarters of the pictures reach."""
        low = np.quantile(self.lowest, 1 - QUANTILE)
        high = np.quantile(self.highest, QUANTILE)
        return np.float32(low), np.float32(high)


def observe(model: ModelProto, side: int, pictures: list[Path]) -> dict[str, Extremes]:
    """Return the extremes of the input, a square of `side`, and of every node's output."""
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
    """Return a copy that outputs the minimum and the maximum of each named tensor, in turn."""
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
