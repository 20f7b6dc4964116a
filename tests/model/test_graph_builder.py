"""Compare the graph builder's GELU with `math.erf`."""

import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

from model.recipe.graph_builder import GraphBuilder
from tests.model.tinyvit.graphs import graph, run


def test_gelu_weighs_a_value_by_the_normal_distribution() -> None:
    builder = GraphBuilder()
    output = builder.gelu("values")
    values = np.linspace(-8, 8, 401, dtype=np.float32)
    (found,) = run(builder, {"values": values}, [output])
    expected = [x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in values.astype(float)]
    assert np.allclose(found, expected, atol=1e-6)


def test_onnxruntime_makes_one_node_of_it(tmp_path: Path) -> None:
    builder = GraphBuilder()
    output = builder.gelu("values")
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    made = graph(builder, {"values": [4, 4]}, [output])
    ort.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    nodes = onnx.load(tmp_path / "optimized.onnx").graph.node
    assert [node.op_type for node in nodes] == ["Gelu"]
