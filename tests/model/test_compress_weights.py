"""`model.recipe.compress_weights`: weights as int8 that are multiplied in fp32."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from model.recipe.compress_weights import LARGE, compress_weights
from model.recipe.graph import OPSET
from tests.model.parts import Array, run

INPUTS = {"maps": [1, 32, 6, 6], "tokens": [5, 64]}
NARROWED = {"dense": (160, 1, 1, 1), "grouped": (288, 1, 1, 1), "wide": (1, 96)}
"""Which weights are stored as int8, and the shape of their scales."""


def network() -> ModelProto:
    """Layers side by side, each an output: Convs and MatMuls, large ones and small ones."""
    rng = np.random.default_rng(0)
    shapes = {
        "dense": (160, 32, 3, 3),
        "grouped": (288, 16, 1, 1),
        "square": (64, 64),  # as many as are not worth it
        "wide": (64, 96),
        "few": (4, 32, 3, 3),
        "added": (65, 64),
    }
    weights: dict[str, Array] = {
        name: (rng.standard_normal(shape) * _range_of_channels(rng, shape)).astype(np.float32)
        for name, shape in shapes.items()
    }
    weights["bias"] = rng.standard_normal(160).astype(np.float32)
    weights["rows"] = np.array([1, 64], np.int64)
    weights["halves"] = weights["wide"].astype(np.float16)
    nodes = [
        helper.make_node("Conv", ["maps", "dense", "bias"], ["dense_out"], "dense", pads=[1] * 4),
        helper.make_node("Conv", ["maps", "grouped"], ["grouped_out"], "grouped", group=2),
        helper.make_node("Conv", ["maps", "few"], ["few_out"], "few"),
        helper.make_node("MatMul", ["tokens", "square"], ["square_out"], "square"),
        helper.make_node("MatMul", ["tokens", "wide"], ["wide_out"], "wide"),
        helper.make_node("Transpose", ["tokens"], ["turned"], "turned"),
        helper.make_node("MatMul", ["tokens", "turned"], ["scores_out"], "scores"),
        helper.make_node("Cast", ["tokens"], ["fewer_bits"], "cast", to=TensorProto.FLOAT16),
        helper.make_node("MatMul", ["fewer_bits", "halves"], ["product"], "halves"),
        helper.make_node("Cast", ["product"], ["halves_out"], "widen", to=TensorProto.FLOAT),
        helper.make_node("Gather", ["added", "rows"], ["added_out"], "added"),
    ]
    outputs = [name for node in nodes for name in node.output if name.endswith("_out")]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n, shape in INPUTS.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def _range_of_channels(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return another range for each output channel: the first axis of Convs, the last of others."""
    ranges: Array = rng.uniform(0.1, 10, (shape[0], 1, 1, 1) if len(shape) == 4 else (1, shape[1]))
    return ranges


def narrowed(made: ModelProto) -> ModelProto:
    other = ModelProto()
    other.CopyFrom(made)
    compress_weights(other)
    return other


def weights_of(made: ModelProto) -> dict[str, Array]:
    return {item.name: numpy_helper.to_array(item) for item in made.graph.initializer}


def feed() -> dict[str, Array]:
    rng = np.random.default_rng(1)
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in INPUTS.items()}


def test_large_weights_are_int8_with_a_scale_for_each_output_channel() -> None:
    made = network()
    before, after = weights_of(made), weights_of(narrowed(made))
    for name, shape in NARROWED.items():
        steps, scale = after[f"{name}_steps"], after[f"{name}_scale"]
        assert steps.dtype == np.int8
        assert steps.shape == before[name].shape
        assert scale.dtype == np.float32
        assert scale.shape == shape
        over = tuple(axis for axis, length in enumerate(shape) if length == 1)
        assert (np.abs(steps).max(over) == 127).all(), "a channel doesn't use the whole range"
        off = np.abs(steps * scale - before[name])
        assert (off <= scale * 0.5001).all(), "a weight is more than half a step off"


def test_nothing_else_changes() -> None:
    made = network()
    before, after = weights_of(made), weights_of(narrowed(made))
    added = {f"{name}_{part}" for name in NARROWED for part in ("steps", "scale")}
    assert after.keys() == (before.keys() - NARROWED.keys()) | added
    for name in before.keys() & after.keys():
        assert after[name].dtype == before[name].dtype
        assert np.array_equal(after[name], before[name])
    graph, other = made.graph, narrowed(made).graph
    kinds = [node.op_type for node in other.node]
    assert kinds[: 2 * len(NARROWED)] == ["Cast", "Mul"] * len(NARROWED)
    assert list(other.node)[2 * len(NARROWED) :] == list(graph.node)
    assert (list(other.input), list(other.output)) == (list(graph.input), list(graph.output))


def test_answers_move_by_half_a_step_of_each_weight_at_most() -> None:
    made = network()
    other = narrowed(made)
    steps, given = weights_of(other), feed()
    expected, found = (run(each, given) for each in (made, other))
    magnitudes = {name: np.abs(value) for name, value in given.items()}
    for name in NARROWED:
        bounds = ModelProto()
        bounds.CopyFrom(made)
        for item in bounds.graph.initializer:
            value = numpy_helper.to_array(item)
            if item.name == name:
                halves = np.broadcast_to(steps[f"{name}_scale"] / 2, value.shape)
                item.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(halves), name))
            elif item.name == "bias":
                item.CopyFrom(numpy_helper.from_array(np.zeros_like(value), item.name))
        bound = run(bounds, magnitudes)[f"{name}_out"]
        off = np.abs(found[f"{name}_out"] - expected[f"{name}_out"])
        assert (off <= bound + 1e-3).all(), f"{name} moves by more"
        assert off.max() > 0.05 * bound.mean(), f"{name} isn't rounded at all"
    for name in ("few_out", "square_out", "scores_out", "halves_out", "added_out"):
        assert np.array_equal(found[name], expected[name]), f"{name} has moved"


@pytest.mark.parametrize(("name", "channel"), [("dense", (7,)), ("wide", (slice(None), 7))])
def test_a_channel_of_zeros_stays_one(name: str, channel: tuple[int | slice, ...]) -> None:
    made = network()
    for item in made.graph.initializer:
        value = numpy_helper.to_array(item).copy()
        if item.name == name:
            value[channel] = 0
            item.CopyFrom(numpy_helper.from_array(value, item.name))
    expected, found = (run(each, feed())[f"{name}_out"] for each in (made, narrowed(made)))
    assert np.array_equal(found[:, 7], expected[:, 7])
    assert np.isfinite(found).all()


def test_weights_all_of_zeros_stay_zeros() -> None:
    made = network()
    for item in made.graph.initializer:
        if item.name in NARROWED or item.name == "bias":
            item.CopyFrom(
                numpy_helper.from_array(np.zeros_like(numpy_helper.to_array(item)), item.name)
            )
    found = run(narrowed(made), feed())
    assert all((found[f"{name}_out"] == 0).all() for name in NARROWED)


def test_weights_that_two_layers_share_are_stored_once() -> None:
    made = network()
    made.graph.node.append(helper.make_node("MatMul", ["tokens", "wide"], ["twin_out"], "twin"))
    made.graph.output.append(helper.make_tensor_value_info("twin_out", TensorProto.FLOAT, None))
    other = narrowed(made)
    assert [item.name for item in other.graph.initializer].count("wide_steps") == 1
    found = run(other, feed())
    assert np.array_equal(found["twin_out"], found["wide_out"])


def test_the_smallest_that_is_worth_it_has_one_more_than_the_limit() -> None:
    shapes = {shape: int(np.prod(shape)) for shape in ((64, LARGE // 64), (1, LARGE + 1))}
    for shape, count in shapes.items():
        node = helper.make_node("MatMul", ["tokens", "weight"], ["out"])
        graph = helper.make_graph(
            [node],
            "layer",
            [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [1, shape[0]])],
            [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(np.ones(shape, np.float32), "weight")],
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        assert ("weight_steps" in weights_of(narrowed(made))) == (count > LARGE)


def test_narrowing_again_changes_nothing() -> None:
    once = narrowed(network())
    assert narrowed(once) == once


def test_onnxruntime_widens_when_it_opens_the_model_and_not_for_each_picture(
    tmp_path: Path,
) -> None:
    options = ort.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    content = narrowed(network()).SerializeToString()
    ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    opened = onnx.load(tmp_path / "optimized.onnx")
    assert "int8" not in [value.dtype.name for value in weights_of(opened).values()]
    assert "Mul" not in [node.op_type for node in opened.graph.node]
