"""Read and edit ONNX graphs, for all passes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

Values = npt.NDArray[Any]


def producers(graph: GraphProto) -> Mapping[str, NodeProto]:
    """Return the node that makes each tensor."""
    return {name: node for node in graph.node for name in node.output}


def consumers(graph: GraphProto, tensor: str) -> list[NodeProto]:
    """Return the nodes that take `tensor`."""
    return [node for node in graph.node if tensor in node.input]


def constants(graph: GraphProto) -> Mapping[str, TensorProto]:
    """Return the initializers by name."""
    return {item.name: item for item in graph.initializer}


def values(graph: GraphProto, name: str) -> Values:
    """Return an initializer's array."""
    return numpy_helper.to_array(constants(graph)[name])


def add_constant(
    graph: GraphProto, name: str, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32
) -> str:
    """Append an initializer and return its name."""
    array = np.ascontiguousarray(np.asarray(value, dtype))
    graph.initializer.append(numpy_helper.from_array(array, name))
    return name


def attribute(node: NodeProto, name: str, otherwise: Sequence[int]) -> list[int]:
    """Return a node's attribute that is a list of integers."""
    for item in node.attribute:
        if item.name == name:
            return list(item.ints)
    return list(otherwise)


def set_lists(node: NodeProto, **lists: Sequence[int]) -> None:
    """Set attributes that are lists of integers."""
    kept = [item for item in node.attribute if item.name not in lists]
    del node.attribute[:]
    node.attribute.extend(kept)
    node.attribute.extend(helper.make_attribute(name, list(each)) for name, each in lists.items())


def insert_after(graph: GraphProto, node: NodeProto, nodes: Iterable[NodeProto]) -> None:
    """Insert nodes directly after a node."""
    index = list(graph.node).index(node) + 1
    for each in reversed(list(nodes)):
        graph.node.insert(index, each)


def reshape_channels_last(
    graph: GraphProto, after: NodeProto, tensor: str, shape: tuple[int, int, int]
) -> str:
    """Reshape `tensor`, which `after` makes, in the memory order (h, w, c); return the new name.

    The result has the layout (1, c, h, w) outwardly. onnxruntime keeps quantized tensors as (h, w,
    c) anyway, so that nothing is moved.
    """
    size = add_constant(graph, f"{tensor}_size", [1, *shape], np.int64)
    last, cut, first = (f"{tensor}_{part}" for part in ("last", "cut", "first"))
    nodes = [
        channels_last(tensor, last),
        helper.make_node("Reshape", [last, size], [cut], cut),
        channels_first(cut, first),
    ]
    insert_after(graph, after, nodes)
    return first


def replace(graph: GraphProto, old: Sequence[NodeProto], new: Iterable[NodeProto]) -> None:
    """Put `new` in the place of the last of `old`; remove constants that are no longer used."""
    index = max(list(graph.node).index(node) for node in old) + 1
    for node in reversed(list(new)):
        graph.node.insert(index, node)
    for node in old:
        graph.node.remove(node)
    taken = {name for node in graph.node for name in node.input}
    kept = [item for item in graph.initializer if item.name in taken]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def channels_last(source: str, target: str) -> NodeProto:
    """Return a Transpose from (n, c, h, w) to (n, h, w, c)."""
    return helper.make_node("Transpose", [source], [target], f"{target}_t", perm=[0, 2, 3, 1])


def channels_first(source: str, target: str) -> NodeProto:
    """Return a Transpose from (n, h, w, c) to (n, c, h, w)."""
    return helper.make_node("Transpose", [source], [target], f"{target}_t", perm=[0, 3, 1, 2])
