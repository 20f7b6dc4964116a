"""MODNet's last block at half the resolution says what it said."""

import numpy as np
import pytest
from onnx import ModelProto, helper

from model.recipe.graph import GraphError
from model.recipe.optimize.modnet_last_block import run_last_block_at_half_size
from tests.model.optimize.graphs import copy, kinds, model, picture, run

SIDE, PIXELS, CONSTANT = 64, 8, 4


def block() -> ModelProto:
    """A small map beside the picture, half of the channels normalised by constants, half by their
    own statistics, as in MODNet."""
    rng = np.random.default_rng(8)
    statistics = {f"batch_{n}": rng.uniform(0.5, 1.5, CONSTANT) for n in ("scale", "mean", "var")}
    floats = {
        "into": rng.standard_normal((6, 3, 2, 2)),
        "twice": np.array([1, 1, 2, 2]),
        "kernel": rng.standard_normal((PIXELS, 9, 3, 3)) / 9,
        "bias": rng.standard_normal(PIXELS),
        **statistics,
        "batch_shift": rng.standard_normal(CONSTANT),
        "own_scale": rng.uniform(0.5, 1.5, PIXELS - CONSTANT),
        "own_shift": rng.standard_normal(PIXELS - CONSTANT),
        "mix": rng.standard_normal((1, PIXELS, 1, 1)),
        "mix_bias": rng.standard_normal(1),
    }
    batch = ["first", "batch_scale", "batch_shift", "batch_mean", "batch_var"]
    nodes = [
        helper.make_node("Conv", ["input", "into"], ["small"], "into", strides=[2, 2]),
        helper.make_node("Resize", ["small", "", "twice"], ["large"], mode="linear"),
        helper.make_node("Concat", ["large", "input"], ["both"], axis=1),
        helper.make_node("Conv", ["both", "kernel", "bias"], ["sums"], "last", pads=[1] * 4),
        helper.make_node("Slice", ["sums", "none", "half", "channels"], ["first"]),
        helper.make_node("Slice", ["sums", "half", "all", "channels"], ["second"]),
        helper.make_node("BatchNormalization", batch, ["constant"]),
        helper.make_node("InstanceNormalization", ["second", "own_scale", "own_shift"], ["own"]),
        helper.make_node("Concat", ["constant", "own"], ["joined"], axis=1),
        helper.make_node("Relu", ["joined"], ["hidden"]),
        helper.make_node("Conv", ["hidden", "mix", "mix_bias"], ["output"], "mix"),
    ]
    whole = {"none": [0], "half": [CONSTANT], "all": [PIXELS], "channels": [1]}
    constants = {name: value.astype(np.float32) for name, value in floats.items()}
    integers = {name: np.array(value, np.int64) for name, value in whole.items()}
    return model(nodes, constants | integers, SIDE)


def test_it_is_the_same_within_the_border() -> None:
    made, data = block(), picture(SIDE)
    halved = copy(made)
    run_last_block_at_half_size(halved, SIDE)
    assert "Resize" not in kinds(halved), "maps are still enlarged"
    expected, found = run(made, data), run(halved, data)
    assert found.shape == expected.shape
    # other zeros at the border move a channel's own statistics a little
    inner = np.s_[..., 2:-2, 2:-2]
    assert np.allclose(found[inner], expected[inner], atol=0.1 * expected.std())


def test_another_block_is_refused() -> None:
    made = block()
    next(node for node in made.graph.node if node.op_type == "Relu").op_type = "Sigmoid"
    with pytest.raises(GraphError, match="last block"):
        run_last_block_at_half_size(made, SIDE)
