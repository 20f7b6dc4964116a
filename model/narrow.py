"""Weights of layers that compute in fp32, kept as int8: a quarter of the file.

A Cast and a Mul give them back. Both have constants alone for inputs, so that onnxruntime folds
them when it opens the model and no picture pays for it.
"""

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

LARGE = 4096
"""Fewer weights aren't worth three more entries in the file."""


def narrow(model: ModelProto) -> None:
    """In place; kernels of Convs alone, a scale for each output channel, no saturation at stake
    because they are multiplied in fp32."""
    graph = model.graph
    kernels = {node.input[1] for node in graph.node if node.op_type == "Conv"}
    wide = [
        item
        for item in graph.initializer
        if item.name in kernels
        and item.data_type == TensorProto.FLOAT
        and np.prod(item.dims) > LARGE
    ]
    for item in wide:
        kernel = numpy_helper.to_array(item)
        scale = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True) / np.float32(127)
        scale[scale == 0] = 1
        steps = np.rint(kernel / scale).astype(np.int8)
        name = item.name
        graph.initializer.remove(item)
        graph.initializer.append(numpy_helper.from_array(steps, f"{name}_steps"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        widened = helper.make_node(
            "Cast", [f"{name}_steps"], [f"{name}_wide"], f"{name}_cast", to=TensorProto.FLOAT
        )
        scaled = helper.make_node(
            "Mul", [f"{name}_wide", f"{name}_scale"], [name], f"{name}_scaled"
        )
        graph.node.insert(0, widened)
        graph.node.insert(1, scaled)
