"""Adapt networks to one kind of expert, from (value - 128) / 256 at its own side to logits."""

import numpy as np
from onnx import ModelProto, numpy_helper, shape_inference

from model.recipe.graph import INPUT, OUTPUT, GraphError, rename


def at_side(model: ModelProto, side: int) -> ModelProto:
    """Return the same network for a square of another side; its Resizes must go by scales."""
    resized = ModelProto()
    resized.CopyFrom(model)
    graph = resized.graph
    del graph.value_info[:]
    for dimension in graph.input[0].type.tensor_type.shape.dim[2:]:
        dimension.dim_value = side
    graph.output[0].type.tensor_type.ClearField("shape")
    return shape_inference.infer_shapes(resized, check_type=True, strict_mode=True)


def drop_sigmoid(model: ModelProto) -> None:
    """Remove the last Sigmoid in place, so that ``output`` is logits."""
    graph = model.graph
    (sigmoid,) = (node for node in graph.node if OUTPUT in node.output)
    if sigmoid.op_type != "Sigmoid":
        raise GraphError(f"the output comes from a {sigmoid.op_type}, not from a Sigmoid")
    graph.node.remove(sigmoid)
    rename(graph, {sigmoid.input[0]: OUTPUT})


def fold_normalisation(
    model: ModelProto, mean: tuple[float, ...], deviation: tuple[float, ...]
) -> None:
    """Fold the normalisation into the first Conv in place.

    A network made for (value / 255 - mean) / deviation then takes (value - 128) / 256, as ISNet
    does. The result is exact but for the padding of that Conv, which must be none or narrow, since
    its grey changes.
    """
    graph = model.graph
    (conv,) = (node for node in graph.node if INPUT in node.input)
    tensors = {item.name: item for item in graph.initializer}
    kernel, bias = (numpy_helper.to_array(tensors[n]).astype(np.float64) for n in conv.input[1:])
    centre = (128 / 255 - np.array(mean)) / deviation
    bias = bias + (kernel * centre[:, np.newaxis, np.newaxis]).sum((1, 2, 3))
    kernel = kernel * (256 / 255 / np.array(deviation))[:, np.newaxis, np.newaxis]
    for name, value in zip(conv.input[1:], (kernel, bias), strict=True):
        tensors[name].CopyFrom(numpy_helper.from_array(value.astype(np.float32), name))


def drop_last_resize(model: ModelProto) -> None:
    """Remove the last Resize in place, since the fusion resizes anyway."""
    graph = model.graph
    (resize,) = (node for node in graph.node if OUTPUT in node.output)
    if resize.op_type != "Resize":
        raise GraphError(f"the output comes from a {resize.op_type}, not from a Resize")
    graph.node.remove(resize)
    rename(graph, {resize.input[0]: OUTPUT})
    graph.output[0].type.tensor_type.ClearField("shape")
    del graph.value_info[:]
