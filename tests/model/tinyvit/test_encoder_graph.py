"""`model.recipe.tinyvit.encoder_graph` beside the published network in plain numpy."""

import numpy as np
import pytest
from onnx import shape_inference

from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.encoder_graph import Encoder, Features, distances
from tests.model.tinyvit.graphs import graph, run
from tests.model.tinyvit.published import features
from tests.model.tinyvit.weights import Tensors, encoder_tensors


@pytest.fixture(scope="module")
def tensors() -> Tensors:
    return encoder_tensors()


def drawn(tensors: Tensors, side: int) -> tuple[GraphBuilder, Features]:
    builder = GraphBuilder()
    return builder, Encoder(builder, tensors, side).draw("picture")


def names(found: Features) -> list[str]:
    return [found.stride4, found.stride8, found.stride16]


@pytest.mark.parametrize(
    ("side", "padded"), [(224, "no window"), (240, "every stage's last windows")]
)
def test_features_are_the_published_networks(tensors: Tensors, side: int, padded: str) -> None:
    picture = np.random.default_rng(side).standard_normal((3, side, side))
    builder, found = drawn(tensors, side)
    values = run(builder, {"picture": picture[np.newaxis]}, names(found))
    for name, value, expected in zip(names(found), values, features(tensors, picture), strict=True):
        assert expected.std() > 0.3, "the network says nothing"
        off = float(np.abs(value[0] - expected).max())
        assert off < 1e-4 * expected.std(), f"{name} is {off} off where {padded} is padded"


@pytest.mark.parametrize(("side", "pads"), [(448, 0), (512, 10)])
def test_maps_have_the_side_of_their_stride_and_only_other_sides_are_padded(
    tensors: Tensors, side: int, pads: int
) -> None:
    builder, found = drawn(tensors, side)
    made = graph(builder, {"picture": [1, 3, side, side]}, names(found))
    inferred = shape_inference.infer_shapes(made, check_type=True, strict_mode=True, data_prop=True)
    shapes = [
        [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in inferred.graph.output
    ]
    parts = ((64, 4), (128, 8), (256, 16))
    assert shapes == [[1, channels, side // stride, side // stride] for channels, stride in parts]
    assert [node.op_type for node in made.graph.node].count("Pad") == pads


def test_tensors_of_other_parts_of_the_checkpoint_are_not_looked_at(tensors: Tensors) -> None:
    others = {"mask_decoder.neck.0.weight": np.zeros(1), "neck.0.weight": np.zeros(1)}
    alone, found = drawn(tensors, 64)
    among, same = drawn({**others, **tensors, **others}, 64)
    assert found == same
    assert alone.constants == among.constants


@pytest.mark.parametrize("window", [1, 2, 7])
def test_distances_are_numbered_as_the_first_token_meets_them(window: int) -> None:
    rows, columns = np.divmod(np.arange(window**2), window)
    down, across = (np.abs(each[:, np.newaxis] - each) for each in (rows, columns))
    assert np.array_equal(distances(window), down * window + across)
