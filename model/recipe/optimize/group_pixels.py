"""Let a first convolution take four pixels at once.

A pixel has three bytes: onnxruntime unfolds the windows of a 3 x 3 kernel nine bytes at a time,
which takes longer than the products. In the same memory, four neighbours in a row are one wide
pixel of twelve channels, so that copies are longer and fewer. The weights stay, with some zeros
added.
"""

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto

from model.recipe.graph import INPUT
from model.recipe.optimize.graph_edit import (
    Values,
    add_constant,
    attribute,
    consumers,
    producers,
    reshape_channels_last,
    set_lists,
    values,
)

GROUP = 4
"""Pixels in a group; larger groups cost more products with zeros than they save."""


def group_first_conv(model: ModelProto, side: int) -> None:
    """Rewrite the first Conv of a quantized model, which takes a square of `side`, in place.

    It adds the same integers in another order; its output is cut into single pixels again.
    """
    graph = model.graph
    (quantize,) = consumers(graph, INPUT)
    (dequantize,) = consumers(graph, quantize.output[0])
    (conv,) = consumers(graph, dequantize.output[0])
    stride = attribute(conv, "strides", [1, 1])[0]
    reach = attribute(conv, "pads", [0] * 4)[0]
    many = GROUP // stride  # pixels that come out of a group
    _group_weights(graph, conv, stride, reach)
    set_lists(conv, strides=[stride, 1])
    wide = (side, side // GROUP, 3 * GROUP)
    dequantize.input[0] = reshape_channels_last(graph, quantize, quantize.output[0], wide)
    (rounded,) = consumers(graph, conv.output[0])
    takers = consumers(graph, rounded.output[0])
    single = (side // stride, side // stride, _channels(graph, conv) // many)
    pixels = reshape_channels_last(graph, rounded, rounded.output[0], single)
    for node in takers:
        node.input[0] = pixels
    del graph.value_info[:]  # its shapes are of single pixels


def grouped(kernel: Values, stride: int, reach: int) -> tuple[Values, int, int]:
    """Return a kernel over single pixels, padded by `reach`, as one over groups, and its padding.

    The padding is in groups, on the left and on the right.
    """
    out, channels, rows, columns = kernel.shape
    many = GROUP // stride
    first, last = -reach, columns - 1 - reach + (many - 1) * stride
    before, after = -(first // GROUP), last // GROUP
    wide = np.zeros((many, out, GROUP, channels, rows, before + after + 1), kernel.dtype)
    for which in range(many):
        for column in range(columns):
            group, within = divmod(which * stride + column - reach, GROUP)
            wide[which, :, within, :, :, before + group] = kernel[:, :, :, column]
    return wide.reshape(many * out, GROUP * channels, rows, -1), before, after


def _group_weights(graph: GraphProto, conv: NodeProto, stride: int, reach: int) -> None:
    made = producers(graph)
    kernel, bias = (made[name] for name in conv.input[1:])
    wide, before, after = grouped(values(graph, kernel.input[0]), stride, reach)
    set_lists(conv, kernel_shape=list(wide.shape[2:]), pads=[reach, before, reach, after])
    kernel.input[0] = add_constant(graph, f"{kernel.input[0]}_grouped", wide, np.int8)
    for node in (kernel, bias):
        for index, name in enumerate(node.input):
            single = values(graph, name)
            if single.ndim == 1:
                tiled = np.tile(single, GROUP // stride)
                node.input[index] = add_constant(graph, f"{name}_grouped", tiled, single.dtype)


def _channels(graph: GraphProto, conv: NodeProto) -> int:
    kernel = producers(graph)[conv.input[1]]
    return len(values(graph, kernel.input[0]))
