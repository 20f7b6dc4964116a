"""Enlargements in the memory's own order, and rounded once.

onnxruntime has quantized layers as (h, w, c) and turns a map back to (c, h, w) for a Resize unless
turning is free. There it takes three times as long; so the turning is written out, and cancels.
"""

from collections.abc import Mapping

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, helper

from model.recipe.optimize.graph_edit import (
    add_constant,
    channels_first,
    channels_last,
    consumers,
    producers,
    replace,
    values,
)


def upscale_channels_last(model: ModelProto) -> None:
    """In place, every Resize of a quantized model that stands between a DequantizeLinear and a
    QuantizeLinear and goes by the same scale on both axes."""
    graph = model.graph
    made = producers(graph)
    for node in [node for node in graph.node if node.op_type == "Resize"]:
        before, after = made[node.input[0]], consumers(graph, node.output[0])
        if before.op_type != "DequantizeLinear" or after[0].op_type != "QuantizeLinear":
            continue
        name = node.output[0]
        scales = values(graph, node.input[2])
        turned = add_constant(graph, f"{name}_scales", [1, *scales[2:], 1], np.float32)
        last, large = f"{name}_last", f"{name}_large"
        enlarge = helper.make_node("Resize", [last, "", turned], [large], f"{node.name}_last")
        enlarge.attribute.extend(node.attribute)
        nodes = [channels_last(node.input[0], last), enlarge, channels_first(large, name)]
        replace(graph, [node], nodes)


def quantize_once(model: ModelProto) -> None:
    """In place: an enlarged map that nobody takes but a Concat is rounded to the Concat's scale, in
    the place of its own first and the Concat's then; to lay it there is a mere copy."""
    graph = model.graph
    made = producers(graph)
    for concat in [node for node in graph.node if node.op_type == "Concat"]:
        (rounded,) = consumers(graph, concat.output[0])
        for name in concat.input:
            dequantize = made[name]
            quantize = made.get(dequantize.input[0])
            if quantize is not None and _only_enlarged(graph, quantize, made):
                for node in (quantize, dequantize):
                    node.input[1:] = rounded.input[1:]


def _only_enlarged(graph: GraphProto, quantize: NodeProto, made: Mapping[str, NodeProto]) -> bool:
    if quantize.op_type != "QuantizeLinear" or made[quantize.input[0]].op_type != "Resize":
        return False
    return len(consumers(graph, quantize.output[0])) == 1
