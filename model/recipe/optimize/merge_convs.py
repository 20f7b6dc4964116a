"""Merge two convolutions without an activation between them.

ISNet's first layer, 3 x 3 with a stride of 2, has no activation. Merged with the second it is one
of 7 x 7 over three channels in place of 3 x 3 over 64, with a quarter of the products.
"""

import numpy as np
from onnx import ModelProto, NodeProto, helper

from model.recipe.graph import INPUT, GraphError
from model.recipe.optimize.graph_edit import (
    Values,
    add_constant,
    attribute,
    consumers,
    replace,
    values,
)


def merge_first_two_convs(model: ModelProto) -> None:
    """Merge the first two Convs in place.

    The merge is exact but for the outermost pixels of the result: the second Conv pads with zeros,
    the merged one with what the first would give there.
    """
    graph = model.graph
    (first,) = consumers(graph, INPUT)
    (second,) = consumers(graph, first.output[0])
    _require_plain(second)
    stride, padding = attribute(first, "strides", [1])[0], attribute(first, "pads", [0])[0]
    before, after = (values(graph, n.input[1]).astype(np.float64) for n in (first, second))
    start, end = (values(graph, n.input[2]).astype(np.float64) for n in (first, second))
    kernel = composed(before, after, stride)
    bias = end + np.einsum("omuv,m->o", after, start)
    name = second.input[1]
    whole = helper.make_node(
        "Conv",
        [
            INPUT,
            add_constant(graph, f"{name}_composed", kernel),
            add_constant(graph, f"{name}_composed_bias", bias),
        ],
        [second.output[0]],
        second.name,
        strides=[stride] * 2,
        pads=[padding + stride] * 4,
    )
    replace(graph, [first, second], [whole])


def composed(first: Values, second: Values, stride: int) -> Values:
    """Return the kernel of `second` after `first`, which has a stride of `stride`."""
    side, reach = second.shape[2], first.shape[2]
    whole = np.zeros((len(second), first.shape[1], *[reach + stride * (side - 1)] * 2))
    for row in range(side):
        for column in range(side):
            part = np.einsum("om,mcuv->ocuv", second[:, :, row, column], first)
            top, left = row * stride, column * stride
            whole[:, :, top : top + reach, left : left + reach] += part
    return whole


def _require_plain(node: NodeProto) -> None:
    if node.op_type != "Conv" or attribute(node, "strides", [1, 1]) != [1, 1]:
        raise GraphError(f"{node.name} is not a Conv with a stride of 1")
    if attribute(node, "pads", [0])[0] != 1:
        raise GraphError(f"{node.name} isn't padded by one")
