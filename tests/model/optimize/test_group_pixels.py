"""Four pixels at once: the same integers, another order."""

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, helper

from model.recipe.optimize.group_pixels import group_first_conv
from tests.model.optimize.graphs import copy, model, picture, quantized, run

SIDE = 16


def first(reach: int, stride: int) -> ModelProto:
    """A layer with a bias of its own for each channel, rectified, then one in fp32."""
    rng = np.random.default_rng(reach)
    width = 2 * reach + 1
    constants = {
        "kernel": rng.standard_normal((6, 3, width, width)).astype(np.float32),
        "bias": rng.standard_normal(6).astype(np.float32),
        "last": rng.standard_normal((1, 6, 1, 1)).astype(np.float32),
    }
    nodes = [
        helper.make_node(
            "Conv",
            ["input", "kernel", "bias"],
            ["sums"],
            "first",
            strides=[stride] * 2,
            pads=[reach] * 4,
        ),
        helper.make_node("Relu", ["sums"], ["hidden"], "rectified"),
        helper.make_node("Conv", ["hidden", "last"], ["output"], "last"),
    ]
    return model(nodes, constants, SIDE)


@pytest.mark.parametrize(("reach", "stride"), [(1, 1), (1, 2), (3, 2), (2, 1)])
def test_groups_give_every_byte_alike(reach: int, stride: int, tmp_path: Path) -> None:
    data = picture(SIDE)
    made = quantized(first(reach, stride), data, tmp_path)
    changed = copy(made)
    group_first_conv(changed, SIDE)
    expected = run(made, data, plain=True)
    assert expected.std() > 0.1, "the layer says nothing"
    found = run(changed, data, plain=True)
    assert np.allclose(found, expected, atol=1e-5), "pixels or channels are in another place"
    assert np.allclose(run(changed, data), expected, atol=0.05), "onnxruntime makes another graph"
