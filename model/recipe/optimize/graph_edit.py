"""Reading and changing a graph, as all steps here do it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

Values = npt.NDArray[Any]


def producers(graph: GraphProto) -> Mapping[str, NodeProto]:
    """The node that makes each tensor."""
    return {name: node for node in graph.node for name in node.output}


def consumers(graph: GraphProto, tensor: str) -> list[NodeProto]:
    """The nodes that take `tensor`."""
    return [node for node in graph.node if tensor in node.input]


def constants(graph: GraphProto) -> Mapping[str, TensorProto]:
    """The initializers by name."""
    return {item.name: item for item in graph.initializer}


def values(graph: GraphProto, name: str) -> Values:
    """Of an initializer."""
    return numpy_helper.to_array(constants(graph)[name])


def add_constant(
    graph: GraphProto, name: str, value: npt.ArrayLike, dtype: npt.DTypeLike = np.float32
) -> str:
    """Its name."""
    array = np.ascontiguousarray(np.asarray(value, dtype))
    graph.initializer.append(numpy_helper.from_array(array, name))
    return name


def attribute(node: NodeProto, name: str, otherwise: Sequence[int]) -> list[int]:
    """A list of integers."""
    for item in node.attribute:
        if item.name == name:
            return list(item.ints)
    return list(otherwise)


def set_lists(node: NodeProto, **lists: Sequence[int]) -> None:
    """Attributes that are lists of integers."""
    kept = [item for item in node.attribute if item.name not in lists]
    del node.attribute[:]
    node.attribute.extend(kept)
    node.attribute.extend(helper.make_attribute(name, list(each)) for name, each in lists.items())


def insert_after(graph: GraphProto, node: NodeProto, nodes: Iterable[NodeProto]) -> None:
    """Right behind it."""
    index = list(graph.node).index(node) + 1
    for each in reversed(list(nodes)):
        graph.node.insert(index, each)


def reshape_channels_last(
    graph: GraphProto, after: NodeProto, tensor: str, shape: tuple[int, int, int]
) -> str:
    """The name of `tensor`, which `after` makes, with the memory that it has as (h, w, c) cut into
    another shape; it is (1, c, h, w) outwardly. onnxruntime has quantized tensors as (h, w, c)
    anyway, and then nothing is moved."""
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
    """`new` in the place of the last of `old`; constants that nobody takes any more go as well."""
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
    """(n, c, h, w) → (n, h, w, c)."""
    return helper.make_node("Transpose", [source], [target], f"{target}_t", perm=[0, 2, 3, 1])


def channels_first(source: str, target: str) -> NodeProto:
    """(n, h, w, c) → (n, c, h, w)."""
    return helper.make_node("Transpose", [source], [target], f"{target}_t", perm=[0, 3, 1, 2])
