"""`model.recipe.tinyvit.decoder_graph`, the decoder, beside plain numpy."""

import numpy as np
import pytest
from onnx import shape_inference

from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.decoder_graph import DecoderGraph
from model.recipe.tinyvit.encoder_graph import Features
from tests.model.tinyvit.decoded import logits
from tests.model.tinyvit.graphs import Array, graph, run
from tests.model.tinyvit.weights import decoder_weights

FEATURES = Features("stride4", "stride8", "stride16")
CHANNELS = {4: 64, 8: 128, 16: 256}


def inputs(side: int) -> dict[str, Array]:
    rng = np.random.default_rng(side)
    maps = {
        f"stride{stride}": rng.standard_normal((1, channels, side // stride, side // stride))
        for stride, channels in CHANNELS.items()
    }
    return maps | {"picture": rng.uniform(-2, 2, (1, 3, side, side))}


@pytest.mark.parametrize("side", [64, 160])
def test_logits_are_those_of_plain_numpy(side: int) -> None:
    weights, given = decoder_weights(), inputs(side)
    builder = GraphBuilder()
    output = DecoderGraph(builder, weights, side).draw(FEATURES, "picture")
    (found,) = run(builder, given, [output])
    features = [given[f"stride{stride}"][0] for stride in CHANNELS]
    expected = logits(weights, features, given["picture"][0])
    assert found.shape == (1, 1, side // 4, side // 4)
    assert expected.std() > 0.3, "the decoder says nothing"
    assert np.abs(found[0, 0] - expected).max() < 1e-4 * expected.std()


def test_every_map_and_the_picture_count() -> None:
    weights, given = decoder_weights(), inputs(64)
    builder = GraphBuilder()
    output = DecoderGraph(builder, weights, 64).draw(FEATURES, "picture")
    (expected,) = run(builder, given, [output])
    for name, value in given.items():
        (found,) = run(builder, {**given, name: np.zeros_like(value)}, [output])
        assert np.abs(found - expected).mean() > 0.01, f"{name} makes no difference"


@pytest.mark.parametrize("side", [448, 512])
def test_logits_have_a_quarter_of_the_side(side: int) -> None:
    builder = GraphBuilder()
    output = DecoderGraph(builder, decoder_weights(), side).draw(FEATURES, "picture")
    shapes = {name: value.shape for name, value in inputs(side).items()}
    made = graph(builder, shapes, [output])
    inferred = shape_inference.infer_shapes(made, check_type=True, strict_mode=True, data_prop=True)
    dimensions = inferred.graph.output[0].type.tensor_type.shape.dim
    assert [each.dim_value for each in dimensions] == [1, 1, side // 4, side // 4]
