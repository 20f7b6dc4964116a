"""Assemble the shipped graphs, from a picture in bytes to an alpha in bytes.

Each graph is one look at the picture: it runs experts of its own, fuses their logits with
those of earlier looks, and returns a measure of its doubt. A further look thus costs no more than
its own experts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

PICTURE, ALPHA, DOUBT, APART = "picture", "alpha", "doubt", "apart"
BYTES = "bytes"
"""The input of an expert that takes the picture's bytes as they are."""
Part = tuple[str, int, ModelProto]
"""An expert: its name, the side of its input, its graph."""


@dataclass(frozen=True)
class Seen:
    """Describe what earlier looks hand on."""

    sides: Mapping[str, int]
    """Side of the logits of each expert, by the expert's name."""
    shrunk: int
    """Side to which they shrank the picture, from which it is shrunk further."""


def assemble_look(
    experts: Sequence[Part],
    order: Sequence[str],
    gate: Gate,
    seen: Seen | None = None,
    *,
    last: bool = False,
) -> ModelProto:
    """Return the graph of one look: `experts`, fused with what earlier looks have `seen`.

    `order` names all of these experts in the order of the `gate`, finest detail first. The inputs
    are ``picture``, uint8 of shape (1, 1024, 1024, 3), RGB, and the logits that were seen. The
    outputs are:

    - ``alpha``, uint8 of shape (1024, 1024);
    - ``doubt``, float32 of shape (1,): the mean distance, 0..1, of the fused alpha and that of the
      first expert;
    - ``apart``, likewise: that of the first expert and the last one, where nothing was seen before;
    - one output for each of `experts`, named after it: its logits, float32 of shape (1, 1, side,
      side).

    The `last` look returns ``alpha`` alone.
    """
    builder, tail = GraphBuilder(), GraphBuilder("fusion_")
    grafts = _graft_all(builder, experts, seen.shrunk if seen else None)
    own = {name: map_side(model) for name, _, model in experts}
    earlier = dict(seen.sides) if seen else {}
    logits = [f"{name}/{OUTPUT}" if name in own else name for name in order]
    fused = _fuse(tail, logits, gate, max([*own.values(), *earlier.values()]))
    outputs = [_alpha()]
    if not last:
        distances = {DOUBT: fused} | ({} if seen else {APART: logits[-1]})
        for name, other in distances.items():
            _distance(tail, logits[0], other, name)
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]))
        for name, side in own.items():
            tail.nodes.append(helper.make_node("Identity", [f"{name}/{OUTPUT}"], [name], name))
            outputs.append(_floats(name, side))
    inputs = [_picture(), *(_floats(name, side) for name, side in earlier.items())]
    return _model(builder, grafts, tail, inputs, outputs)


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


def _distance(builder: GraphBuilder, logits: str, other: str, name: str) -> None:
    """Draw the mean distance of two alphas, 0..1, as the output `name`."""
    both = [
        builder.add("Sigmoid", [builder.resize(each, 1, GRID, antialias=True)])
        for each in (other, logits)
    ]
    apart = builder.add("Abs", [builder.add("Sub", both)])
    mean = builder.add("ReduceMean", [apart])
    shape = builder.constant([1], np.int64)
    builder.nodes.append(helper.make_node("Reshape", [mean, shape], [name], name))


def _sigmoid(builder: GraphBuilder, logits: str) -> str:
    return builder.add("Sigmoid", [builder.resize(logits, 1, SIDE)])


def _graft_all(
    builder: GraphBuilder, experts: Sequence[Part], through: int | None = None
) -> list[ModelProto]:
    """Append the experts' inputs, and return the experts under names of their own.

    The picture is shrunk to the side `through`, or else to the largest side below its own, and from
    there to the others', which costs half as much.
    """
    channels = builder.add("Transpose", [PICTURE], {"perm": [0, 3, 1, 2]})
    squares = {SIDE: channels}
    smaller = [side for _, side, _ in experts if side < SIDE]
    largest = through or max(smaller, default=SIDE)
    if smaller and largest not in squares:
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
