"""Read a network of your own, and bring its graph into the form that can be wrapped."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from google.protobuf.message import DecodeError
from onnx import (
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    ValueInfoProto,
    checker,
    helper,
    inliner,
    version_converter,
)
from onnx.external_data_helper import load_external_data_for_model

from model.recipe.graph import OPSET, GraphError

OLDEST_IR = 8
"""Lowest IR version to write. Version 3 wanted each weight among the graph's inputs."""
FIRST_RESIZE_WITH_COORDINATES = 11
"""Opset in which Resize learned more than asymmetric coordinates."""
LARGEST_SIDE = 4096
LARGEST_BYTES = 2_000_000_000
"""Limit on all weights: protobuf, and so an ONNX file, ends at 2 GiB."""
NEEDED = "The network must take float32 of shape (1, 3, side, side)"


def read_network(path: Path, largest_bytes: int = LARGEST_BYTES) -> ModelProto:
    """Return the network in the file, with its weights; raise `GraphError` if it holds none.

    Raise that also if the weights have more than `largest_bytes`.
    """
    if not path.exists():
        raise GraphError(f"There is no file {path}.")
    if path.is_dir():
        raise GraphError(f"{path} is a folder; name the network's .onnx file.")
    network = ModelProto()
    try:
        network.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise GraphError(f"This file is not an ONNX network: {path}.") from error
    if not network.graph.node:
        raise GraphError(f"This file is not an ONNX network: {path}.")
    try:
        load_external_data_for_model(network, str(path.parent))
    except (checker.ValidationError, ValueError) as error:
        raise GraphError(f"The network's weights can't be read: {one_line(error)}") from error
    if sum(each.ByteSize() for each in network.graph.initializer) > largest_bytes:
        raise GraphError("The network is larger than 2 GB, too large for one file: quantize it.")
    return network


def one_line(error: Exception) -> str:
    """Return an error's text without line breaks."""
    return " ".join(str(error).split())


def tidy(network: ModelProto) -> ModelProto:
    """Return the same network, written as the ONNX tools expect it.

    Its nodes are sorted, its functions inlined, its weights no inputs, and its own operators in the
    domain "". Raise `GraphError` where that can't be done.
    """
    tidied = ModelProto()
    tidied.CopyFrom(network)
    tidied.ir_version = max(network.ir_version, OLDEST_IR)
    _shorten_domain(tidied)
    if tidied.functions:
        try:
            tidied = inliner.inline_local_functions(tidied, convert_version=True)
        except (RuntimeError, version_converter.ConvertError) as error:
            raise GraphError(
                f"The network's functions can't be inlined: {one_line(error)}"
            ) from error
    _drop_weights_from_inputs(tidied.graph)
    for graph in _graphs(tidied.graph):
        _sort_nodes(graph)
    return tidied


def opset(network: ModelProto) -> int:
    """Return the version of ONNX's own operators; raise `GraphError` if the network has none."""
    for each in network.opset_import:
        if not each.domain:
            version: int = each.version
            return version
    raise GraphError("The network names no opset of ONNX's own operators (domain ai.onnx).")


def modernise(network: ModelProto) -> ModelProto:
    """Return a network of at least opset `OPSET`; raise `GraphError` if it can't be converted."""
    version = opset(network)
    if version >= OPSET:
        return network
    try:
        modern = version_converter.convert_version(network, OPSET)
    except (RuntimeError, version_converter.ConvertError) as error:
        raise GraphError(
            f"The network can't be converted from opset {version} to {OPSET}; export it with opset "
            f"{OPSET}: {one_line(error)}"
        ) from error
    nodes = (node for each in _graphs(modern.graph) for node in each.node)
    resizes = [node for node in nodes if node.op_type == "Resize"]
    _drop_empty_scales(resizes)
    if version < FIRST_RESIZE_WITH_COORDINATES:
        _restore_coordinates(resizes)
    return modern


def choose_output(network: ModelProto, name: str | None) -> str:
    """Return the name of the output to use: `name`, or the first; raise `GraphError` if missing."""
    names = [each.name for each in network.graph.output]
    if not names:
        raise GraphError("The network has no output.")
    if name and name not in names:
        raise GraphError(f"The network has no output {name}; it has {', '.join(names)}.")
    return name or names[0]


def choose_side(network: ModelProto, wanted: int | None) -> int:
    """Return the side of the square that the network takes; `wanted` is for one that takes any.

    Raise `GraphError` if it takes anything but one square RGB picture, or another side.
    """
    shape = _picture_shape(network)
    sides = {length for length in shape[2:] if length}
    if len(sides) > 1:
        raise GraphError(
            f"The network takes {shape[2]} x {shape[3]} pixels; only squares can be wrapped."
        )
    if wanted and sides - {wanted}:
        raise GraphError(f"The network's side is fixed at {max(sides)}: leave out --side {wanted}.")
    if not wanted and not sides:
        raise GraphError("The network takes any side: choose one with --side.")
    return wanted or max(sides)


def _picture_shape(network: ModelProto) -> list[int]:
    """Return the shape of the input, (1, 3, height, width), with 0 for any length."""
    inputs = network.graph.input
    if len(inputs) != 1:
        raise GraphError(f"The network takes {len(inputs)} inputs; it must take only the picture.")
    tensor = inputs[0].type.tensor_type
    shape = [max(each.dim_value, 0) for each in tensor.shape.dim]
    four = len(shape) == 4
    if four and shape[1] != 3 and shape[3] == 3:
        raise GraphError(
            f"{NEEDED}, channels first; {_described(inputs[0])}. Channels last (NHWC) can't be "
            "wrapped."
        )
    if tensor.elem_type != TensorProto.FLOAT or not four or shape[0] > 1 or shape[1] not in {0, 3}:
        raise GraphError(f"{NEEDED}; {_described(inputs[0])}.")
    return shape


def _described(value: ValueInfoProto) -> str:
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return f"its input {value.name!r} has no shape"
    lengths = (each.dim_param or str(max(each.dim_value, 0) or "any") for each in tensor.shape.dim)
    name = TensorProto.DataType.Name(tensor.elem_type).lower()
    kind = {"float": "float32", "double": "float64"}.get(name, name)
    return f"its input {value.name!r} is {kind} of shape ({', '.join(lengths)})"


def _graphs(graph: GraphProto) -> Iterator[GraphProto]:
    """Yield the graph, and those inside its nodes, such as the branches of an If."""
    yield graph
    for node in graph.node:
        yield from _graphs_inside(node)


def _graphs_inside(node: NodeProto) -> Iterator[GraphProto]:
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            yield from _graphs(inner)


def _shorten_domain(network: ModelProto) -> None:
    """Write the domain ``ai.onnx`` as "", which means the same."""
    for owner in (network, *network.functions):
        for each in owner.opset_import:
            if each.domain == "ai.onnx":
                each.domain = ""
    nodes = [node for graph in _graphs(network.graph) for node in graph.node]
    for node in (*nodes, *(node for function in network.functions for node in function.node)):
        if node.domain == "ai.onnx":
            node.domain = ""


def _drop_weights_from_inputs(graph: GraphProto) -> None:
    """Remove inputs that only give a weight another value, as old exporters write them."""
    weights = {each.name for each in graph.initializer}
    weights |= {each.values.name for each in graph.sparse_initializer}
    kept = [each for each in graph.input if each.name not in weights]
    del graph.input[:]
    graph.input.extend(kept)


def _sort_nodes(graph: GraphProto) -> None:
    """Put each node behind those whose outputs it takes; onnxruntime asks for no order."""
    makers = {name: index for index, node in enumerate(graph.node) for name in node.output if name}
    earlier = {
        index: {makers[name] for name in _taken(node) if name in makers}
        for index, node in enumerate(graph.node)
    }
    if all(maker < index for index, found in earlier.items() for maker in found):
        return
    try:
        order = list(TopologicalSorter(earlier).static_order())
    except CycleError as error:
        raise GraphError("The network's nodes need each other's outputs in a circle.") from error
    nodes = [graph.node[index] for index in order]
    ordered = GraphProto(node=nodes)
    del graph.node[:]
    graph.node.extend(ordered.node)


def _taken(node: NodeProto) -> Iterator[str]:
    """Yield the names that a node takes, also those that the graphs inside it take."""
    yield from node.input
    for graph in _graphs_inside(node):
        yield from (each.name for each in graph.output)
        for inner in graph.node:
            yield from inner.input


def _drop_empty_scales(resizes: list[NodeProto]) -> None:
    """Remove in place the empty scales beside sizes, which opset 11 wanted and 18 refuses."""
    for node in resizes:
        if len(node.input) == 4 and node.input[3]:
            node.input[2] = ""


def _restore_coordinates(resizes: list[NodeProto]) -> None:
    """Make every Resize asymmetric in place, which the converter leaves out.

    Before opset 11, that was what Resize and Upsample did; since then, the default is another.
    """
    for node in resizes:
        given = {attribute.name: attribute for attribute in node.attribute}
        if "coordinate_transformation_mode" in given:
            continue
        restored = {"coordinate_transformation_mode": "asymmetric"}
        if "mode" not in given or given["mode"].s == b"nearest":
            restored["nearest_mode"] = "floor"
        node.attribute.extend(helper.make_attribute(*item) for item in restored.items())
