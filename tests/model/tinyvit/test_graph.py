"""`model.recipe.tinyvit.graph`, the decoder, beside plain numpy."""

import numpy as np
import pytest
from onnx import shape_inference

from model.recipe.sketch import Sketch
from model.recipe.tinyvit.encoder import Features
from model.recipe.tinyvit.graph import DecoderGraph
from tests.model.tinyvit.decoded import logits
from tests.model.tinyvit.sketches import Array, graph, run
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
    sketch = Sketch()
    output = DecoderGraph(sketch, weights, side).draw(FEATURES, "picture")
    (found,) = run(sketch, given, [output])
    features = [given[f"stride{stride}"][0] for stride in CHANNELS]
    expected = logits(weights, features, given["picture"][0])
    assert found.shape == (1, 1, side // 4, side // 4)
    assert expected.std() > 0.3, "the decoder says nothing"
    assert np.abs(found[0, 0] - expected).max() < 1e-4 * expected.std()


def test_every_map_and_the_picture_count() -> None:
    weights, given = decoder_weights(), inputs(64)
    sketch = Sketch()
    output = DecoderGraph(sketch, weights, 64).draw(FEATURES, "picture")
    (expected,) = run(sketch, given, [output])
    for name, value in given.items():
        (found,) = run(sketch, {**given, name: np.zeros_like(value)}, [output])
        assert np.abs(found - expected).mean() > 0.01, f"{name} makes no difference"


@pytest.mark.parametrize("side", [448, 512])
def test_logits_have_a_quarter_of_the_side(side: int) -> None:
    sketch = Sketch()
    output = DecoderGraph(sketch, decoder_weights(), side).draw(FEATURES, "picture")
    shapes = {name: value.shape for name, value in inputs(side).items()}
    made = graph(sketch, shapes, [output])
    inferred = shape_inference.infer_shapes(made, check_type=True, strict_mode=True, data_prop=True)
    dimensions = inferred.graph.output[0].type.tensor_type.shape.dim
    assert [each.dim_value for each in dimensions] == [1, 1, side // 4, side // 4]
