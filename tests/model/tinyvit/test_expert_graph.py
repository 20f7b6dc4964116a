"""Join encoder and decoder, each with its own input scaling."""

import numpy as np
import onnxruntime as ort
import pytest
from onnx import ModelProto, TensorProto

from model.recipe.graph import INPUT, OUTPUT
from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.decoder_graph import DecoderGraph
from model.recipe.tinyvit.encoder_graph import Encoder
from model.recipe.tinyvit.expert_graph import build
from tests.model.tinyvit.graphs import Array, run
from tests.model.tinyvit.weights import decoder_weights, encoder_tensors

SIDE = 448
MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
"""Of ImageNet, 0..255, RGB: what SAM normalizes pictures by."""


@pytest.fixture(scope="module")
def expert() -> ModelProto:
    return build(encoder_tensors(), decoder_weights())


def picture() -> Array:
    """A ramp, another in each channel, and noise: 0..255."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, SIDE) * np.array([1, 0.5, 0.2])[:, np.newaxis, np.newaxis]
    values: Array = np.rint(ramp + rng.integers(0, 56, (1, 3, SIDE, SIDE)))
    return values


def answer(expert: ModelProto, values: Array) -> Array:
    session = ort.InferenceSession(expert.SerializeToString(), providers=["CPUExecutionProvider"])
    data = ((values - 128) / 256).astype(np.float32)
    result: Array = session.run([OUTPUT], {INPUT: data})[0]
    return result


def test_it_takes_a_picture_and_gives_logits_in_fp32(expert: ModelProto) -> None:
    (given,), (found,) = expert.graph.input, expert.graph.output
    for value, name, shape in ((given, INPUT, [1, 3, 448, 448]), (found, OUTPUT, [1, 1, 112, 112])):
        assert value.name == name
        assert value.type.tensor_type.elem_type == TensorProto.FLOAT
        assert [each.dim_value for each in value.type.tensor_type.shape.dim] == shape


def test_its_logits_are_the_decoders_of_the_encoders_features(expert: ModelProto) -> None:
    builder, values = GraphBuilder(), picture()
    features = Encoder(builder, encoder_tensors(), SIDE).draw("normalized")
    output = DecoderGraph(builder, decoder_weights(), SIDE).draw(features, "centred")
    mean, deviation = (np.reshape(each, (1, 3, 1, 1)) for each in (MEAN, DEVIATION))
    feed = {"normalized": (values - mean) / deviation, "centred": (values / 255 - 0.5) * 4}
    (expected,) = run(builder, feed, [output])
    assert expected.std() > 0.3, "the expert says nothing"
    assert np.abs(answer(expert, values) - expected).max() < 1e-3 * expected.std()


def test_channels_are_not_to_be_swapped(expert: ModelProto) -> None:
    values = picture()
    turned = np.ascontiguousarray(values[:, ::-1])
    assert np.abs(answer(expert, turned) - answer(expert, values)).mean() > 0.05
