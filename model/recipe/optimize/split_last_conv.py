"""Split the last convolution, whose sums must not be rounded to bytes, into cheaper steps.

With one output channel, a 3 x 3 Conv over 64 channels is mostly unfolding. A product with nine
columns, one for each tap, and a 3 x 3 Conv that adds these up, each shifted by its tap, give the
same sum in another order. The product is one of bytes; its sums are not rounded.
"""

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper

from model.recipe.graph import OUTPUT, GraphError
from model.recipe.optimize.graph_edit import (
    add_constant,
    channels_first,
    channels_last,
    producers,
    replace,
    values,
)


def split_last_conv(model: ModelProto, bits: int) -> None:
    """Rewrite the last Conv, in fp32, of a quantized model in place.

    Its weights are rounded to `bits`, with a scale for each tap.
    """
    graph = model.graph
    made = producers(graph)
    conv = made[OUTPUT]
    dequantize = made.get(conv.input[0])
    if conv.op_type != "Conv" or dequantize is None or dequantize.op_type != "DequantizeLinear":
        raise GraphError(f"{OUTPUT} does not come from a Conv over bytes")
    kernel = values(graph, conv.input[1])
    if kernel.shape[0] != 1 or kernel.shape[2:] != (3, 3):
        raise GraphError(f"the last Conv has a kernel of shape {kernel.shape}")
    taps = kernel[0].reshape(kernel.shape[1], 9)
    scale = np.abs(taps).max(axis=0) / (2 ** (bits - 1) - 1)
    steps = np.rint(taps / scale)
    per_byte = float(values(graph, dequantize.input[1])) * scale

    def name(part: str) -> str:
        return f"{OUTPUT}_{part}"

    def constant(part: str, value: object, dtype: type) -> str:
        return add_constant(graph, name(part), np.asarray(value), dtype)

    data, zero = dequantize.input[0], dequantize.input[2]
    nodes: list[NodeProto] = [
        channels_last(data, name("bytes")),
        helper.make_node(
            "MatMulInteger",
            [name("bytes"), constant("taps", steps, np.int8), zero],
            [name("sums")],
            name("sums"),
        ),
        helper.make_node(
            "Cast", [name("sums")], [name("wide")], name("wide"), to=TensorProto.FLOAT
        ),
        helper.make_node(
            "Mul", [name("wide"), constant("scale", per_byte, np.float32)], [name("scaled")]
        ),
        channels_first(name("scaled"), name("per_tap")),
        helper.make_node(
            "Conv",
            [
                name("per_tap"),
                constant("shifts", np.eye(9).reshape(1, 9, 3, 3), np.float32),
                conv.input[2],
            ],
            [OUTPUT],
            name("sum"),
            pads=[1] * 4,
        ),
    ]
    replace(graph, [dequantize, conv], nodes)
