"""Sketches as graphs of their own, and what they say."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import ModelProto, TensorProto, helper

from model.recipe.graph import OPSET
from model.recipe.graph_builder import GraphBuilder

Array = npt.NDArray[Any]


def graph(
    builder: GraphBuilder, inputs: Mapping[str, Sequence[int]], outputs: Sequence[str]
) -> ModelProto:
    """Return the graph from `inputs`, of given shapes, to `outputs`, all in fp32."""
    made = helper.make_graph(
        builder.nodes,
        "builder",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        builder.constants,
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def run(builder: GraphBuilder, feed: Mapping[str, Array], outputs: Sequence[str]) -> list[Array]:
    """Return the values of `outputs`."""
    made = graph(builder, {name: value.shape for name, value in feed.items()}, outputs)
    session = ort.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    values = {name: value.astype(np.float32) for name, value in feed.items()}
    results: list[Array] = session.run(list(outputs), values)
    return results
