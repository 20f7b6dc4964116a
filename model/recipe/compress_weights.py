"""Store weights of layers that compute in fp32 as int8, in a quarter of the bytes.

A Cast and a Mul restore them. Their inputs are constants, so that onnxruntime folds them when it
opens the model, and inference takes no longer.
"""

from collections.abc import Iterator

import numpy as np
from onnx import GraphProto, ModelProto, TensorProto, helper, numpy_helper

LARGE = 4096
"""Smaller tensors stay fp32: they aren't worth three more entries in the file."""


def compress_weights(model: ModelProto) -> None:
    """Store the weights of Convs and MatMuls as int8, in place.

    Each output channel has a scale. The weights are multiplied in fp32, so that they may use all
    eight bits.
    """
    graph = model.graph
    summed = dict(_weights(graph))
    wide = [
        item
        for item in graph.initializer
        if item.name in summed
        and item.data_type == TensorProto.FLOAT
        and np.prod(item.dims) > LARGE
    ]
    for item in wide:
        _store(graph, item, summed[item.name])


def _weights(graph: GraphProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Return the name of each layer's weights, and the axes over which an output channel sums."""
    for node in graph.node:
        if node.op_type == "Conv":
            yield node.input[1], (1, 2, 3)
        elif node.op_type == "MatMul":
            yield node.input[1], (0,)


def _store(graph: GraphProto, item: TensorProto, summed: tuple[int, ...]) -> None:
    weights, name = numpy_helper.to_array(item), item.name
    scale = np.abs(weights).max(axis=summed, keepdims=True) / np.float32(127)
    scale[scale == 0] = 1
    steps = np.rint(weights / scale).astype(np.int8)
    graph.initializer.remove(item)
    graph.initializer.append(numpy_helper.from_array(steps, f"{name}_steps"))
    graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
    widened = helper.make_node(
        "Cast", [f"{name}_steps"], [f"{name}_wide"], f"{name}_cast", to=TensorProto.FLOAT
    )
    scaled = helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name], f"{name}_scaled")
    graph.node.insert(0, widened)
    graph.node.insert(1, scaled)
