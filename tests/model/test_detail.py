"""`model.recipe.detail` as a graph of its own: whose detail is taken, where."""

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from model.recipe.detail import add_detail
from model.recipe.graph import OPSET
from model.recipe.graph_builder import GraphBuilder
from model.recipe.pictures import SIDE

Map = npt.NDArray[np.float32]
INSIDE = (slice(256, 768), slice(256, 768))


def detailed(fused: Map, drawn: Map) -> Map:
    builder = GraphBuilder()
    output = add_detail(builder, "fused", "drawn")
    shape = [1, 1, SIDE, SIDE]
    graph = helper.make_graph(
        builder.nodes,
        "detail",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("fused", "drawn")],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        builder.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feed = {"fused": fused[np.newaxis, np.newaxis], "drawn": drawn[np.newaxis, np.newaxis]}
    result: Map = session.run([output], feed)[0][0, 0]
    return result


def fence(low: float = 0, high: float = 1) -> Map:
    """Bars of 6 pixels, 6 apart, in the middle."""
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[INSIDE] = np.where(np.arange(512) // 6 % 2, high, low)
    return alpha


def plain(value: float) -> Map:
    alpha = np.zeros((SIDE, SIDE), np.float32)
    alpha[INSIDE] = value
    return alpha


def test_bars_that_the_fusion_blurred_are_sharp_again() -> None:
    bars = fence()
    assert detailed(plain(0.5), bars)[300:700, 300:700] == pytest.approx(bars[300:700, 300:700])


def test_a_few_bars_in_what_all_but_one_see_whole_are_not_enough() -> None:
    """Nine tenths of the place apart: that is no detail, it is another opinion."""
    bars = plain(0)
    bars[INSIDE] = np.where(np.arange(512) % 60 < 6, 1, 0)
    found = detailed(plain(1), bars)[300:700, 300:700]
    assert found.min() == 1, "one expert cut holes into what the others see whole"


def test_something_that_only_one_sees_is_not_added() -> None:
    assert detailed(plain(0), plain(1)).max() == pytest.approx(0, abs=1e-6), "an outline is left"


def test_an_undecided_drawing_is_left_alone() -> None:
    fused = plain(0.5)
    found = detailed(fused, fence(0.35, 0.65))
    assert found[300:700, 300:700] == pytest.approx(fused[300:700, 300:700])


def test_the_result_is_between_the_two() -> None:
    noise = np.random.default_rng(0)
    fused, drawn = (noise.random((SIDE, SIDE), np.float32) for _ in range(2))
    found = detailed(fused, drawn)
    low, high = np.minimum(fused, drawn), np.maximum(fused, drawn)
    assert (found >= low - 1e-6).all(), "below both"
    assert (found <= high + 1e-6).all(), "above both"
