"""Small graphs, and what they say."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper, shape_inference

from model.recipe.calibrate import Extremes
from model.recipe.graph import OPSET
from model.recipe.quantize import quantize

Array = npt.NDArray[np.float32]


def model(
    nodes: Sequence[NodeProto], constants: Mapping[str, npt.NDArray[Any]], side: int
) -> ModelProto:
    """Return a graph from ``input``, a picture of `side`, to ``output``."""
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return shape_inference.infer_shapes(made, check_type=True, strict_mode=True)


def picture(side: int, seed: int = 1) -> Array:
    """Steps of 1/256 about nought, as experts take them."""
    values = np.random.default_rng(seed).integers(-128, 128, (1, 3, side, side))
    return (values / 256).astype(np.float32)


def run(made: ModelProto, data: Array, *, plain: bool = False) -> Array:
    """Return a graph's output; `plain` disables all of onnxruntime's optimisations."""
    options = ort.SessionOptions()
    if plain:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    providers = ["CPUExecutionProvider"]
    session = ort.InferenceSession(made.SerializeToString(), options, providers)
    result: Array = session.run(None, {"input": data})[0]
    return result


def quantized(made: ModelProto, data: Array, folder: Path) -> ModelProto:
    """Quantize a graph to int8, with ranges from `data`."""
    names = ["input", *(name for node in made.graph.node for name in node.output)]
    watched = ModelProto()
    watched.CopyFrom(made)
    del watched.graph.output[:]
    watched.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names[1:]
    )
    session = ort.InferenceSession(watched.SerializeToString(), providers=["CPUExecutionProvider"])
    seen = dict(zip(names, [data, *session.run(names[1:], {"input": data})], strict=True))
    extremes = {n: Extremes(np.array([v.min()]), np.array([v.max()])) for n, v in seen.items()}
    source, target = folder / "fp32.onnx", folder / "int8.onnx"
    onnx.save(made, source)
    quantize(source, target, extremes)
    return onnx.load(target)


def copy(made: ModelProto) -> ModelProto:
    """Return a copy to be changed."""
    other = ModelProto()
    other.CopyFrom(made)
    return other


def kinds(made: ModelProto) -> list[str]:
    """Return the types of a graph's nodes, in order."""
    return [node.op_type for node in made.graph.node]
