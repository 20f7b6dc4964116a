"""The last Conv, the only one in fp32, made cheap.

With one output channel a 3x3 Conv over 64 channels is all unfolding and little arithmetic. As a
1x1 Conv to nine channels, one a tap, and a 3x3 Conv that adds those up, each shifted by its tap, it
is the same sum in another order, in a third of the time.
"""

from collections.abc import Mapping

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from model.graph import GraphError


def split_last_conv(model: ModelProto) -> None:
    """In place."""
    graph = model.graph
    tensors = {item.name: item for item in graph.initializer}
    (conv,) = (n for n in graph.node if n.op_type == "Conv" and _is_last(n.input[1], tensors))
    kernel = numpy_helper.to_array(tensors[conv.input[1]])
    _, channels, height, width = kernel.shape
    taps = height * width
    if (height, width) != (3, 3):
        raise GraphError(f"the last Conv is {height}x{width}")
    per_tap = kernel[0].reshape(channels, taps).T.reshape(taps, channels, 1, 1)
    shifts = np.eye(taps, dtype=np.float32).reshape(1, taps, height, width)
    name = conv.output[0]
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(per_tap), f"{name}_taps"))
    graph.initializer.append(numpy_helper.from_array(shifts, f"{name}_shifts"))
    first = helper.make_node(
        "Conv", [conv.input[0], f"{name}_taps"], [f"{name}_per_tap"], f"{name}_per_tap"
    )
    second = helper.make_node(
        "Conv",
        [f"{name}_per_tap", f"{name}_shifts", conv.input[2]],
        [name],
        f"{name}_sum",
        pads=[1, 1, 1, 1],
    )
    index = list(graph.node).index(conv)
    graph.initializer.remove(tensors[conv.input[1]])
    graph.node.remove(conv)
    graph.node.insert(index, second)
    graph.node.insert(index, first)


def _is_last(name: str, tensors: Mapping[str, TensorProto]) -> bool:
    """A kernel in fp32, because int8 ones come from a DequantizeLinear, with one output channel."""
    return name in tensors and tensors[name].dims[0] == 1
