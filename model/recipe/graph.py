"""Clean up a published graph: fp32, one output, nothing unused."""

import numpy as np
import onnxruntime as ort
from onnx import (
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    helper,
    numpy_helper,
    shape_inference,
    version_converter,
)

FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)
IR_VERSION = 10
OPSET = 18
"""The first opset with an antialiased Resize, which shrinks the picture."""
INPUT, OUTPUT = "input", "output"
SCALED = "scaled_"
"""Prefix of the scales that Resizes share."""


class GraphError(Exception):
    """Report a graph that isn't built as the recipe expects."""


def prepare(model: ModelProto, output: int = 0) -> ModelProto:
    """Return a model for one output of `model`, from ``input`` to ``output``.

    It has opset 18, weights in fp32, and only constant sizes.
    """
    prepared = version_converter.convert_version(model, OPSET)
    graph = prepared.graph
    wanted = ValueInfoProto()
    wanted.CopyFrom(graph.output[output])
    del graph.output[:]
    graph.output.append(wanted)
    element_types = _element_types(prepared)
    _widen(graph)
    _drop_casts(graph, element_types)
    _prune(graph)
    del graph.value_info[:]
    _simplify_resizes(graph, _resize_shapes(prepared))
    _prune(graph)
    rename(graph, {graph.input[0].name: INPUT, graph.output[0].name: OUTPUT})
    return shape_inference.infer_shapes(prepared, check_type=True, strict_mode=True)


def rename(graph: GraphProto, names: dict[str, str]) -> None:
    """Rename tensors in place, wherever they occur."""
    for node in graph.node:
        for tensors in (node.input, node.output):
            tensors[:] = [names.get(name, name) for name in tensors]
    for value in (*graph.input, *graph.output):
        value.name = names.get(value.name, value.name)


def parameters(model: ModelProto) -> int:
    """Return the number of weights and biases."""
    floating = (item for item in model.graph.initializer if item.data_type in FLOATS)
    return sum(int(np.prod(item.dims)) for item in floating if not item.name.startswith(SCALED))


def _widen(graph: GraphProto) -> None:
    constants = (a for node in graph.node for a in node.attribute if a.HasField("t"))
    for tensor in [*graph.initializer, *(attribute.t for attribute in constants)]:
        if tensor.data_type == TensorProto.FLOAT16:
            wide = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))


def _drop_casts(graph: GraphProto, element_types: dict[str, int]) -> None:
    """Remove casts between floats, which do nothing where all is fp32."""
    source: dict[str, str] = {}
    kept: list[NodeProto] = []
    for node in graph.node:
        if _casts_floats(node, element_types):
            source[node.output[0]] = source.get(node.input[0], node.input[0])
        else:
            kept.append(node)
    # the output keeps its name, so what fed its cast takes that name over
    renamed = {source[item.name]: item.name for item in graph.output if item.name in source}
    for node in kept:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                origin = source.get(name, name)
                names[index] = renamed.get(origin, origin)
    _replace_nodes(graph, kept)


def _casts_floats(node: NodeProto, element_types: dict[str, int]) -> bool:
    if node.op_type != "Cast" or element_types.get(node.input[0]) not in FLOATS:
        return False
    return any(attribute.name == "to" and attribute.i in FLOATS for attribute in node.attribute)


def _simplify_resizes(graph: GraphProto, shapes: dict[str, tuple[int, ...]]) -> None:
    """Give every Resize a constant scale in place of a computed size.

    The chain of Shape, Slice and Concat that computes the size can then be removed.
    """
    constants: dict[str, TensorProto] = {}
    for node in graph.node:
        if node.op_type != "Resize":
            continue
        before, after = shapes[node.input[0]], shapes[node.output[0]]
        factor = after[-1] // before[-1]
        scales = np.array([1, 1, factor, factor], np.float32)
        if tuple(scales * before) != after:
            raise GraphError(f"{node.name}: {before} → {after} is not a multiple")
        name = f"{SCALED}{factor}"
        constants[name] = numpy_helper.from_array(scales, name)
        node.input[:] = [node.input[0], "", name]
        kept = [a for a in node.attribute if a.name in ("mode", "coordinate_transformation_mode")]
        del node.attribute[:]
        node.attribute.extend(kept)
    graph.initializer.extend(constants.values())


def _prune(graph: GraphProto) -> None:
    """Remove what the output doesn't need."""
    needed = {item.name for item in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    _replace_nodes(graph, kept[::-1])
    initializers = [item for item in graph.initializer if item.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(initializers)


def _replace_nodes(graph: GraphProto, nodes: list[NodeProto]) -> None:
    del graph.node[:]
    graph.node.extend(nodes)


def _element_types(model: ModelProto) -> dict[str, int]:
    graph = shape_inference.infer_shapes(model).graph
    values = [*graph.input, *graph.value_info, *graph.output]
    types = {item.name: item.type.tensor_type.elem_type for item in values}
    return types | {item.name: item.data_type for item in graph.initializer}


def _resize_shapes(model: ModelProto) -> dict[str, tuple[int, ...]]:
    """Return the shapes of every Resize's input and output, from one run.

    Shape inference doesn't follow the arithmetic on sizes that exporters write.
    """
    resizes = [node for node in model.graph.node if node.op_type == "Resize"]
    names = sorted({name for node in resizes for name in (node.input[0], node.output[0])})
    if not names:
        return {}
    watched = ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names
    )
    session = ort.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    blank = np.zeros(_shape(model.graph.input[0]), np.float32)
    values = session.run(names, {model.graph.input[0].name: blank})
    return {name: value.shape for name, value in zip(names, values, strict=True)}


def _shape(value: ValueInfoProto) -> tuple[int, ...]:
    return tuple(dimension.dim_value for dimension in value.type.tensor_type.shape.dim)
