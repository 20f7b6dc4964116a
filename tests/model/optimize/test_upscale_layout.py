"""Enlargements turned by hand, and rounded once."""

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto

from model.recipe.optimize.upscale_layout import quantize_once, upscale_channels_last
from tests.model.optimize.decoder import SIDE, decoder
from tests.model.optimize.graphs import copy, picture, quantized, run

DATA = picture(SIDE)


@pytest.fixture
def made(tmp_path: Path) -> ModelProto:
    return quantized(decoder(), DATA, tmp_path)


def test_turned_enlargements_say_the_same(made: ModelProto) -> None:
    turned = copy(made)
    upscale_channels_last(turned)
    (resize,) = (node for node in turned.graph.node if node.op_type == "Resize")
    scales = {item.name: item for item in turned.graph.initializer}[resize.input[2]]
    assert np.array_equal(np.frombuffer(scales.raw_data, np.float32), [1, 2, 2, 1])
    assert np.allclose(run(turned, DATA, plain=True), run(made, DATA, plain=True), atol=1e-5)


def test_an_enlarged_map_is_rounded_to_the_scale_of_both(made: ModelProto) -> None:
    once = copy(made)
    quantize_once(once)
    (resize,) = (node for node in once.graph.node if node.op_type == "Resize")
    takers = {node.input[0]: node for node in once.graph.node if node.op_type == "QuantizeLinear"}
    assert takers[resize.output[0]].input[1:] == takers["both"].input[1:]
    expected = run(decoder(), DATA)
    twice_off, once_off = (
        np.abs(run(each, DATA, plain=True) - expected).mean() for each in (made, once)
    )
    assert once_off < 1.1 * twice_off, "rounded once it is further off than twice"
