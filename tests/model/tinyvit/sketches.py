"""Sketches as graphs of their own, and what they say."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper

from model.recipe.graph import OPSET
from model.recipe.sketch import Sketch

Array = npt.NDArray[Any]


def graph(
    sketch: Sketch, inputs: Mapping[str, Sequence[int]], outputs: Sequence[str]
) -> ModelProto:
    """Return the graph from `inputs`, of given shapes, to `outputs`, all in fp32."""
    made = helper.make_graph(
        sketch.nodes,
        "sketch",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        sketch.constants,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def run(sketch: Sketch, feed: Mapping[str, Array], outputs: Sequence[str]) -> list[Array]:
    """Return the values of `outputs`."""
    made = graph(sketch, {name: value.shape for name, value in feed.items()}, outputs)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    values = {name: value.astype(np.float32) for name, value in feed.items()}
    results: list[Array] = session.run(list(outputs), values)
    return results
