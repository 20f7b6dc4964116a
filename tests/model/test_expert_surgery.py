"""Check each step that makes an expert of a published graph against the graph before it."""

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from model.recipe.adapt import at_side, drop_last_resize, drop_sigmoid, fold_normalisation
from model.recipe.compress_weights import compress_weights
from model.recipe.graph import OPSET, GraphError

RANDOM = np.random.default_rng(3)
SIDE = 16
Array = npt.NDArray[np.float32]


def network(channels: int = 64) -> ModelProto:
    """conv → conv to one channel → resize → sigmoid."""
    first = RANDOM.standard_normal((channels, 3, 1, 1)).astype(np.float32)
    bias = RANDOM.standard_normal(channels).astype(np.float32)
    last = RANDOM.standard_normal((1, channels, 3, 3)).astype(np.float32) / np.float32(channels)
    constants: dict[str, Array] = {
        "first": first,
        "first_bias": bias,
        "last": last.astype(np.float32),
        "last_bias": np.array([0.3], np.float32),
        "twice": np.array([1, 1, 2, 2], np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["input", "first", "first_bias"], ["features"], "stem"),
        helper.make_node("Conv", ["features", "last", "last_bias"], ["map"], pads=[1] * 4),
        helper.make_node("Resize", ["map", "", "twice"], ["large"], mode="linear"),
        helper.make_node("Sigmoid", ["large"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 2 * SIDE, 2 * SIDE])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)


def run(model: ModelProto, data: Array) -> Array:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    result: Array = session.run(None, {"input": data})[0]
    return result


def picture(side: int = SIDE) -> Array:
    return RANDOM.random((1, 3, side, side), np.float32)


def copy(model: ModelProto) -> ModelProto:
    other = ModelProto()
    other.CopyFrom(model)
    return other


def test_logits_are_what_the_sigmoid_was_given() -> None:
    model, data = network(), picture()
    logits = copy(model)
    drop_sigmoid(logits)
    assert np.allclose(1 / (1 + np.exp(-run(logits, data))), run(model, data), atol=1e-6)


def test_a_graph_without_sigmoid_is_refused() -> None:
    model = network()
    drop_sigmoid(model)
    with pytest.raises(GraphError, match="Resize"):
        drop_sigmoid(model)


def test_the_map_is_what_was_stretched() -> None:
    model = network()
    drop_sigmoid(model)
    drop_last_resize(model)
    assert run(model, picture()).shape == (1, 1, SIDE, SIDE)
    with pytest.raises(GraphError, match="Conv"):
        drop_last_resize(model)


def test_another_side_takes_another_picture() -> None:
    assert run(at_side(network(), 24), picture(24)).shape == (1, 1, 48, 48)


def test_normalisation_moves_into_the_kernel() -> None:
    mean, deviation = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)
    model, values = network(), RANDOM.integers(0, 256, (1, 3, SIDE, SIDE))
    shape = (1, 3, 1, 1)
    normalised = (values / 255 - np.reshape(mean, shape)) / np.reshape(deviation, shape)
    folded = copy(model)
    fold_normalisation(folded, mean, deviation)
    centred = ((values - 128) / 256).astype(np.float32)
    expected = run(model, normalised.astype(np.float32))
    assert np.allclose(run(folded, centred), expected, atol=1e-5)


def test_narrow_weights_are_nearly_the_same_and_a_quarter_in_size() -> None:
    model, data = network(channels=2048), picture()
    narrowed = copy(model)
    compress_weights(narrowed)
    assert narrowed.ByteSize() < 0.4 * model.ByteSize(), "weights are as large as before"
    assert np.allclose(run(narrowed, data), run(model, data), atol=0.02)
