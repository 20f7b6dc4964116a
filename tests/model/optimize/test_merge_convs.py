"""Two convolutions in a row are one."""

import numpy as np
import pytest
from onnx import ModelProto, helper

from model.recipe.graph import GraphError
from model.recipe.optimize.merge_convs import merge_first_two_convs
from tests.model.optimize.graphs import copy, kinds, model, picture, run

SIDE = 16


def two(pads: int = 1) -> ModelProto:
    rng = np.random.default_rng(0)
    constants = {
        "first": rng.standard_normal((5, 3, 3, 3)),
        "first_bias": rng.standard_normal(5),
        "second": rng.standard_normal((4, 5, 3, 3)),
        "second_bias": rng.standard_normal(4),
    }
    nodes = [
        helper.make_node(
            "Conv",
            ["input", "first", "first_bias"],
            ["between"],
            "one",
            strides=[2, 2],
            pads=[1] * 4,
        ),
        helper.make_node(
            "Conv", ["between", "second", "second_bias"], ["output"], "two", pads=[pads] * 4
        ),
    ]
    return model(nodes, {name: value.astype(np.float32) for name, value in constants.items()}, SIDE)


def test_one_convolution_says_the_same_within_the_border() -> None:
    made, data = two(), picture(SIDE)
    composed = copy(made)
    merge_first_two_convs(composed)
    assert kinds(composed) == ["Conv"], "two convolutions are left"
    expected, found = run(made, data), run(composed, data)
    assert found.shape == expected.shape
    inner = np.s_[..., 1:-1, 1:-1]
    assert np.allclose(found[inner], expected[inner], atol=1e-4), "another sum"


def test_what_isnt_padded_by_one_is_refused() -> None:
    with pytest.raises(GraphError, match="padded"):
        merge_first_two_convs(two(pads=0))
