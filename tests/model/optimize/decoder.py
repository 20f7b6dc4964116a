"""A decoder's step: a map is doubled, another laid beside it, both convolved."""

import numpy as np
from onnx import ModelProto, helper

from tests.model.optimize.graphs import model

SIDE = 64


def decoder() -> ModelProto:
    """`joined` takes the doubled map and the other."""
    rng = np.random.default_rng(6)
    constants = {
        "wide": rng.standard_normal((8, 3, 1, 1)) / 2,
        "smooth": np.full((4, 8, 5, 5), 1 / 25) * rng.standard_normal((4, 8, 1, 1)),
        "kernel": rng.standard_normal((6, 12, 3, 3)) / 10,
        "bias": rng.standard_normal(6),
        "last": rng.standard_normal((1, 6, 1, 1)),
        "twice": np.array([1, 1, 2, 2]),
    }
    nodes = [
        helper.make_node("Conv", ["input", "wide"], ["beside"], "wide"),
        helper.make_node(
            "MaxPool", ["beside"], ["half"], "half", kernel_shape=[2, 2], strides=[2, 2]
        ),
        helper.make_node("Conv", ["half", "smooth"], ["small"], "smooth", pads=[2] * 4),
        helper.make_node("Resize", ["small", "", "twice"], ["large"], "double", mode="linear"),
        helper.make_node("Concat", ["large", "beside"], ["both"], "beside", axis=1),
        helper.make_node("Conv", ["both", "kernel", "bias"], ["sums"], "joined", pads=[1] * 4),
        helper.make_node("Relu", ["sums"], ["hidden"], "rectified"),
        helper.make_node("Conv", ["hidden", "last"], ["output"], "last"),
    ]
    return model(nodes, {name: value.astype(np.float32) for name, value in constants.items()}, SIDE)
