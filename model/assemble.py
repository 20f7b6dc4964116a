"""One graph of all: a picture in bytes goes in, an alpha in bytes comes out."""

from collections.abc import Sequence

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, checker, compose, helper, numpy_helper

from model.detail import add_detail
from model.fusion import fuse
from model.gate import Gate
from model.graph import INPUT, OPSET, OUTPUT
from model.pictures import SIDE
from model.sketch import Sketch

PICTURE, ALPHA = "picture", "alpha"
IR_VERSION = 10


def assemble(experts: Sequence[tuple[str, int, ModelProto]], gate: Gate) -> ModelProto:
    """From ``picture``, uint8 of shape (1, side, side, 3), RGB, the side being the largest of the
    experts', to ``alpha``, uint8 of shape (1024, 1024). `experts` are names, sides and models, the
    one with the finest detail first."""
    largest = max(side for _, side, _ in experts)
    sketch = Sketch()
    channels = sketch.add("Transpose", [PICTURE], {"perm": [0, 3, 1, 2]})
    parts, logits = [], []
    for name, side, model in experts:
        source = channels if side == largest else sketch.resize(channels, 3, side, antialias=True)
        parts.append(_graft(model, name, source))
        logits.append(f"{name}/{OUTPUT}")
    before = len(sketch.nodes)
    _alpha(sketch, logits, gate, max(_map_side(model) for _, _, model in experts))
    nodes = [*sketch.nodes[:before], *(node for part in parts for node in part.graph.node)]
    return _model(largest, [*nodes, *sketch.nodes[before:]], sketch, parts)


def _alpha(sketch: Sketch, logits: Sequence[str], gate: Gate, side: int) -> None:
    alpha = _sigmoid(sketch, fuse(sketch, logits, side, gate))
    if len(logits) > 1:
        alpha = add_detail(sketch, alpha, _sigmoid(sketch, logits[0]))
    byte = sketch.add(
        "QuantizeLinear",
        [alpha, sketch.constant(1 / 255), sketch.constant(0, np.uint8)],
    )
    axes = sketch.constant([0, 1], np.int64)
    sketch.nodes.append(helper.make_node("Squeeze", [byte, axes], [ALPHA], ALPHA))


def _sigmoid(sketch: Sketch, logits: str) -> str:
    return sketch.add("Sigmoid", [sketch.resize(logits, 1, SIDE)])


def _map_side(model: ModelProto) -> int:
    side: int = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    return side


def _graft(model: ModelProto, name: str, source: str) -> ModelProto:
    """The expert under names of its own, fed with the bytes of `source`: they are what the first
    quantization of (value - 128) / 256 would give."""
    part = compose.add_prefix(model, f"{name}/")
    graph = part.graph
    entry = f"{name}/{INPUT}"
    quantizers = [n for n in graph.node if n.op_type == "QuantizeLinear" and entry in n.input]
    for node in quantizers:
        _feed(graph.node, node.output[0], source)
        graph.node.remove(node)
    if not quantizers:
        scale = numpy_helper.from_array(np.array(1 / 256, np.float32), f"{name}/byte_scale")
        zero = numpy_helper.from_array(np.array(128, np.uint8), f"{name}/byte_zero")
        graph.initializer.extend([scale, zero])
        graph.node.insert(
            0, helper.make_node("DequantizeLinear", [source, scale.name, zero.name], [entry])
        )
    return part


def _feed(nodes: Sequence[NodeProto], name: str, source: str) -> None:
    for node in nodes:
        node.input[:] = [source if tensor == name else tensor for tensor in node.input]


def _model(
    side: int, nodes: Sequence[NodeProto], sketch: Sketch, parts: Sequence[ModelProto]
) -> ModelProto:
    picture = helper.make_tensor_value_info(PICTURE, TensorProto.UINT8, [1, side, side, 3])
    alpha = helper.make_tensor_value_info(ALPHA, TensorProto.UINT8, [SIDE, SIDE])
    constants = [*sketch.constants, *(c for part in parts for c in part.graph.initializer)]
    graph = helper.make_graph(nodes, "cutout", [picture], [alpha], constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    checker.check_model(model, full_check=True)
    return model
