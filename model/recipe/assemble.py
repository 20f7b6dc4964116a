"""Assemble the shipped graphs, from a picture in bytes to an alpha in bytes.

``fast.onnx`` is the first look: four experts and their fusion, and how much they doubt it.
``best.onnx`` is the second: an expert that looks closer, fused with what the four have said, so
that the second look costs no more than that one expert.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import (
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    checker,
    compose,
    helper,
    numpy_helper,
)

from model.recipe.detail import add_detail
from model.recipe.fusion import fuse
from model.recipe.gate import GRID, Gate
from model.recipe.graph import INPUT, IR_VERSION, OPSET, OUTPUT
from model.recipe.graph_builder import GraphBuilder
from model.recipe.pictures import SIDE

PICTURE, ALPHA, DOUBT = "picture", "alpha", "doubt"
BYTES = "bytes"
"""The input of an expert that takes the picture's bytes as they are."""
Part = tuple[str, int, ModelProto]
"""An expert: its name, the side of its input, its graph."""


def assemble_first(experts: Sequence[Part], gate: Gate) -> ModelProto:
    """Return the graph of the first pass, from ``picture`` to alpha, doubt and logits.

    ``picture`` is uint8 of shape (1, 1024, 1024, 3), RGB. The outputs are:

    - ``alpha``, uint8 of shape (1024, 1024);
    - ``doubt``, float32 of shape (1,): the mean distance, 0..1, of the fused alpha and that of the
      first expert, which draws the detail;
    - one output for each expert, named after it: its logits, float32 of shape (1, 1, side, side).
    """
    builder, tail = GraphBuilder(), GraphBuilder("fusion_")
    grafts = _graft_all(builder, experts)
    sides = {name: map_side(model) for name, _, model in experts}
    logits = [f"{name}/{OUTPUT}" for name in sides]
    fused = _fuse(tail, logits, gate, max(sides.values()))
    _doubt(tail, fused, logits[0])
    for name, output in zip(logits, sides, strict=True):
        tail.nodes.append(helper.make_node("Identity", [name], [output], output))
    outputs = [_alpha(), helper.make_tensor_value_info(DOUBT, TensorProto.FLOAT, [1])]
    outputs += [_floats(name, side) for name, side in sides.items()]
    return _model(builder, grafts, tail, [_picture()], outputs)


def assemble_second(expert: Part, first: Mapping[str, int], gate: Gate) -> ModelProto:
    """Return the graph from ``picture`` and the first pass's logits to ``alpha``.

    The logits have the names and sides in `first`; ``alpha`` is uint8 of shape (1024, 1024).
    """
    builder, tail = GraphBuilder(), GraphBuilder("fusion_")
    grafts = _graft_all(builder, [expert])
    side = max(map_side(expert[2]), *first.values())
    _fuse(tail, [f"{expert[0]}/{OUTPUT}", *first], gate, side)
    inputs = [_picture(), *(_floats(name, each) for name, each in first.items())]
    return _model(builder, grafts, tail, inputs, [_alpha()])


def assemble(experts: Sequence[Part], gate: Gate) -> ModelProto:
    """Return one graph of all experts, from ``picture`` to ``alpha``, to compare experts by.

    The expert with the finest detail comes first.
    """
    builder, tail = GraphBuilder(), GraphBuilder("fusion_")
    grafts = _graft_all(builder, experts)
    side = max(map_side(model) for _, _, model in experts)
    _fuse(tail, [f"{name}/{OUTPUT}" for name, _, _ in experts], gate, side)
    return _model(builder, grafts, tail, [_picture()], [_alpha()])


def map_side(model: ModelProto) -> int:
    """Return the side of the expert's logits."""
    side: int = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    return side


def _fuse(builder: GraphBuilder, logits: Sequence[str], gate: Gate, side: int) -> str:
    """Draw all from the logits to ``alpha``; return the fused logits."""
    fused = fuse(builder, logits, side, gate)
    alpha = _sigmoid(builder, fused)
    if len(logits) > 1:
        alpha = add_detail(builder, alpha, _sigmoid(builder, logits[0]))
    byte = builder.add(
        "QuantizeLinear",
        [alpha, builder.constant(1 / 255), builder.constant(0, np.uint8)],
    )
    axes = builder.constant([0, 1], np.int64)
    builder.nodes.append(helper.make_node("Squeeze", [byte, axes], [ALPHA], ALPHA))
    return fused


def _doubt(builder: GraphBuilder, fused: str, drawn: str) -> None:
    """Draw ``doubt``."""
    both = [
        builder.add("Sigmoid", [builder.resize(logits, 1, GRID, antialias=True)])
        for logits in (fused, drawn)
    ]
    apart = builder.add("Abs", [builder.add("Sub", both)])
    mean = builder.add("ReduceMean", [apart])
    shape = builder.constant([1], np.int64)
    builder.nodes.append(helper.make_node("Reshape", [mean, shape], [DOUBT], DOUBT))


def _sigmoid(builder: GraphBuilder, logits: str) -> str:
    return builder.add("Sigmoid", [builder.resize(logits, 1, SIDE)])


def _graft_all(builder: GraphBuilder, experts: Sequence[Part]) -> list[ModelProto]:
    """Append the experts' inputs, and return the experts under names of their own.

    The picture is shrunk to the largest side below its own, and from there to the others', which
    costs half as much.
    """
    channels = builder.add("Transpose", [PICTURE], {"perm": [0, 3, 1, 2]})
    squares = {SIDE: channels}
    largest = max((side for _, side, _ in experts if side < SIDE), default=SIDE)
    if largest not in squares:
        squares[largest] = builder.resize(channels, 3, largest, antialias=True)
    grafts = []
    for name, side, model in experts:
        if side not in squares:
            squares[side] = builder.resize(squares[largest], 3, side, antialias=True)
        grafts.append(_graft(model, name, squares[side]))
    return grafts


def _graft(model: ModelProto, name: str, source: str) -> ModelProto:
    """Return the expert under names of its own, fed with the bytes of `source`.

    The bytes are those that the first quantization of (value - 128) / 256 would give.
    """
    part = compose.add_prefix(model, f"{name}/")
    graph = part.graph
    if model.graph.input[0].name == BYTES:
        _feed(graph.node, f"{name}/{BYTES}", source)
        return part
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


def _picture() -> ValueInfoProto:
    return helper.make_tensor_value_info(PICTURE, TensorProto.UINT8, [1, SIDE, SIDE, 3])


def _alpha() -> ValueInfoProto:
    return helper.make_tensor_value_info(ALPHA, TensorProto.UINT8, [SIDE, SIDE])


def _floats(name: str, side: int) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, side, side])


def _model(
    head: GraphBuilder,
    grafts: Sequence[ModelProto],
    tail: GraphBuilder,
    inputs: Sequence[ValueInfoProto],
    outputs: Sequence[ValueInfoProto],
) -> ModelProto:
    nodes = [*head.nodes, *(node for part in grafts for node in part.graph.node), *tail.nodes]
    constants = [*head.constants, *tail.constants]
    constants += [each for part in grafts for each in part.graph.initializer]
    graph = helper.make_graph(nodes, "cutout", inputs, outputs, constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    checker.check_model(model, full_check=True)
    return model
