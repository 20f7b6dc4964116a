"""Experts of a few nodes, which name their tensors alike, and pictures for them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from model.recipe.graph import OPSET
from model.recipe.pictures import SIDE

Array = npt.NDArray[Any]
KINDS = ("float", "quantized", "bytes")


def expert(kind: str, side: int, stride: int, seed: int = 0) -> ModelProto:
    """Return an expert with an input of `kind` that judges squares of `stride` pixels by colour.

    ``float``: it takes the picture as (value - 128) / 256; ``quantized``: so it does, and quantizes
    it first; ``bytes``: it takes bytes.
    """
    rng = np.random.default_rng(seed)
    colours = rng.normal(0, 6, (8, 3, 1, 1)) / stride**2
    weights: dict[str, Array] = {
        "kernel": np.tile(colours, (1, 1, stride, stride)).astype(np.float32),
        "bias": rng.normal(0, 1, 8).astype(np.float32),
        "last": rng.normal(0, 1, (1, 8, 1, 1)).astype(np.float32),
    }
    fed = {"float": "input", "quantized": "values", "bytes": "values"}[kind]
    nodes = {
        "float": [],
        "quantized": [_node("QuantizeLinear", "input", "quantized"), _dequantize("quantized")],
        "bytes": [_dequantize("bytes")],
    }[kind]
    if nodes:
        weights |= {"step": np.array(1 / 256, np.float32), "middle": np.array(128, np.uint8)}
    nodes += [
        helper.make_node("Conv", [fed, "kernel", "bias"], ["sums"], "conv", strides=[stride] * 2),
        helper.make_node("Relu", ["sums"], ["hidden"], "relu"),
        helper.make_node("Conv", ["hidden", "last"], ["output"], "last"),
    ]
    name, kept = ("bytes", TensorProto.UINT8) if kind == "bytes" else ("input", TensorProto.FLOAT)
    return model(nodes, weights, (name, kept, side), side // stride)


def model(
    nodes: Sequence[NodeProto],
    weights: Mapping[str, Array],
    entry: tuple[str, int, int],
    map_side: int,
) -> ModelProto:
    """Return an expert from `entry` (name, type, side) to ``output``."""
    name, kept, side = entry
    graph = helper.make_graph(
        nodes,
        "expert",
        [helper.make_tensor_value_info(name, kept, [1, 3, side, side])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, map_side, map_side])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def picture(seed: int = 0) -> Array:
    """Return a picture of soft blobs with noise over them, uint8, shape (1, 1024, 1024, 3), RGB."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    waves = rng.uniform(3, 12, (3, 2))
    blobs = [np.sin(a * rows + b) * np.cos(b * columns + a) for a, b in waves]
    values = 128 + 110 * np.stack(blobs, -1) + rng.normal(0, 8, (SIDE, SIDE, 3))
    return np.clip(values, 0, 255).astype(np.uint8)[np.newaxis]


def channels_first(pixels: Array) -> Array:
    """Return the picture as experts take it, shape (1, 3, side, side)."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))


def run(made: ModelProto, feed: Mapping[str, Array], *, plain: bool = False) -> dict[str, Array]:
    """Return the outputs by name; `plain`: onnxruntime changes nothing of the graph."""
    options = ort.SessionOptions()
    if plain:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    providers = ["CPUExecutionProvider"]
    session = ort.InferenceSession(made.SerializeToString(), options, providers)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))


def ask(made: ModelProto, pixels: Array) -> Array:
    """Return an expert's logits for bytes of shape (1, 3, side, side)."""
    name = made.graph.input[0].name
    data = pixels if name == "bytes" else (pixels.astype(np.float32) - 128) / 256
    return run(made, {name: data})["output"]


def described(values: Sequence[Any]) -> dict[str, tuple[str, list[int]]]:
    """Return the type and shape of a graph's inputs or outputs by name."""
    return {
        value.name: (
            TensorProto.DataType.Name(value.type.tensor_type.elem_type),
            [each.dim_value for each in value.type.tensor_type.shape.dim],
        )
        for value in values
    }


def _node(operator: str, source: str, target: str) -> NodeProto:
    return helper.make_node(operator, [source, "step", "middle"], [target], target)


def _dequantize(source: str) -> NodeProto:
    return _node("DequantizeLinear", source, "values")
