"""The expert as a graph: a picture becomes logits."""

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper

from model.recipe.graph import INPUT, IR_VERSION, OPSET, OUTPUT
from model.recipe.sketch import Sketch
from model.recipe.tinyvit.checkpoint import Tensors
from model.recipe.tinyvit.encoder import DEVIATION, MEAN, Encoder
from model.recipe.tinyvit.graph import DecoderGraph, Weights
from model.recipe.tinyvit.sizes import MAP_SIDE, SIDE


def build(encoder: Tensors, decoder: Weights) -> ModelProto:
    """Return the expert in fp32: ``input``, shape (1, 3, 448, 448), RGB as (value - 128) / 256, to
    ``output``, logits of shape (1, 1, 112, 112)."""
    sketch = Sketch()
    normalized = _scaled(sketch, 256 / DEVIATION, (128 - MEAN) / DEVIATION)
    features = Encoder(sketch, encoder, SIDE).draw(normalized)
    centred = _scaled(sketch, np.full(3, 1024 / 255), np.full(3, 4 * (128 / 255 - 0.5)))
    logits = DecoderGraph(sketch, decoder, SIDE).draw(features, centred)
    sketch.nodes.append(helper.make_node("Identity", [logits], [OUTPUT], OUTPUT))
    graph = helper.make_graph(
        sketch.nodes,
        "tinyvit",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, 1, MAP_SIDE, MAP_SIDE])],
        sketch.constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    checker.check_model(model, full_check=True)
    return model


def _scaled(sketch: Sketch, gain: np.ndarray, offset: np.ndarray) -> str:
    """Return the input times a gain, plus an offset, for each channel."""
    constants = [sketch.constant(each.reshape(1, 3, 1, 1)) for each in (gain, offset)]
    return sketch.add("Add", [sketch.add("Mul", [INPUT, constants[0]]), constants[1]])
