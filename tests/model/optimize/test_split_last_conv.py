"""The last convolution as a product and nine shifts."""

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, helper

from model.recipe.graph import GraphError
from model.recipe.optimize.split_last_conv import split_last_conv
from tests.model.optimize.graphs import copy, kinds, model, picture, quantized, run

SIDE = 16


def network(out: int = 1) -> ModelProto:
    rng = np.random.default_rng(4)
    constants = {
        "first": rng.standard_normal((16, 3, 1, 1)),
        "last": rng.standard_normal((out, 16, 3, 3)) / 16,
        "bias": np.full(out, 0.3),
    }
    nodes = [
        helper.make_node("Conv", ["input", "first"], ["features"], "first"),
        helper.make_node("Conv", ["features", "last", "bias"], ["output"], "last", pads=[1] * 4),
    ]
    return model(nodes, {name: value.astype(np.float32) for name, value in constants.items()}, SIDE)


@pytest.mark.parametrize(("bits", "close"), [(8, 0.01), (7, 0.02)])
def test_it_is_the_same_sum_but_for_the_weights_rounding(
    bits: int, close: float, tmp_path: Path
) -> None:
    data = picture(SIDE)
    made = quantized(network(), data, tmp_path)
    split = copy(made)
    split_last_conv(split, bits)
    assert "MatMulInteger" in kinds(split), "the last layer isn't one of bytes"
    expected, found = run(made, data), run(split, data)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < close * np.abs(expected).max()


def test_a_network_of_several_maps_is_refused(tmp_path: Path) -> None:
    made = quantized(network(out=2), picture(SIDE), tmp_path)
    with pytest.raises(GraphError, match="last Conv"):
        split_last_conv(made, 7)


def test_a_network_in_fp32_is_refused() -> None:
    with pytest.raises(GraphError, match="bytes"):
        split_last_conv(network(), 7)
