"""Upscale maps in the memory layout of quantized layers, and quantize them once.

onnxruntime keeps quantized maps as (h, w, c), and transposes them to (c, h, w) for a Resize, which
then takes three times as long. Transposes written around the Resize cancel these.
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
    """Rewrite in place every Resize between a DequantizeLinear and a QuantizeLinear.

    The model is quantized; the scale of each Resize is the same on both axes.
    """
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
    """Quantize upscaled maps that only a Concat takes to the Concat's scale, in place.

    Otherwise they are quantized to their own scale and then again. With the Concat's scale, the
    Concat merely copies.
    """
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
