"""Graph surgery: the published fp16 graph becomes fp32, with one output and nothing spare."""

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, numpy_helper, shape_inference

FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)
DOUBLED = "doubled"
"""Name of the scales that every Resize shares."""


class GraphError(Exception):
    """The graph isn't built as the recipe expects."""


def prepare(model: ModelProto) -> ModelProto:
    """A new model for the first output of `model`; same input, same opset, weights in fp32."""
    prepared = ModelProto()
    prepared.CopyFrom(model)
    graph = prepared.graph
    del graph.output[1:]
    element_types = _element_types(model)
    _widen(graph)
    _drop_casts(graph, element_types)
    _prune(graph)
    del graph.value_info[:]
    _simplify_resizes(graph, _shapes(prepared))
    _prune(graph)
    return shape_inference.infer_shapes(prepared, check_type=True, strict_mode=True)


def parameters(model: ModelProto) -> int:
    """The number of weights and biases."""
    floating = (item for item in model.graph.initializer if item.data_type in FLOATS)
    return sum(int(np.prod(item.dims)) for item in floating if item.name != DOUBLED)


def _widen(graph: GraphProto) -> None:
    constants = (a for node in graph.node for a in node.attribute if a.HasField("t"))
    for tensor in [*graph.initializer, *(attribute.t for attribute in constants)]:
        if tensor.data_type == TensorProto.FLOAT16:
            wide = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(wide, tensor.name))


def _drop_casts(graph: GraphProto, element_types: dict[str, int]) -> None:
    """Where all is fp32, a cast between floats does nothing."""
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
    """A Resize to a size computed from other tensors becomes a Resize by a constant: without it
    the whole chain of Shape, Slice and Concat would stay."""
    scales = np.array([1, 1, 2, 2], np.float32)
    resizes = [node for node in graph.node if node.op_type == "Resize"]
    for node in resizes:
        before, after = shapes.get(node.input[0]), shapes.get(node.output[0])
        if not before or not after or tuple(scales * before) != after:
            raise GraphError(f"{node.name}: {before} → {after} is not a doubling")
        node.input[:] = [node.input[0], "", DOUBLED]
        kept = [a for a in node.attribute if a.name in ("mode", "coordinate_transformation_mode")]
        del node.attribute[:]
        node.attribute.extend(kept)
    if resizes:
        graph.initializer.append(numpy_helper.from_array(scales, DOUBLED))


def _prune(graph: GraphProto) -> None:
    """Removes what the output doesn't need."""
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


def _shapes(model: ModelProto) -> dict[str, tuple[int, ...]]:
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    return {
        item.name: tuple(dimension.dim_value for dimension in item.type.tensor_type.shape.dim)
        for item in [*graph.input, *graph.value_info, *graph.output]
    }
