"""Build the expert's graph: a picture becomes logits."""

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper

from model.recipe.graph import INPUT, IR_VERSION, OPSET, OUTPUT
from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.checkpoint import Tensors
from model.recipe.tinyvit.decoder_graph import DecoderGraph, Weights
from model.recipe.tinyvit.encoder_graph import DEVIATION, MEAN, Encoder
from model.recipe.tinyvit.sizes import MAP_SIDE, SIDE


def build(encoder: Tensors, decoder: Weights) -> ModelProto:
    """Return the expert in fp32, from ``input`` to ``output``.

    ``input`` has shape (1, 3, 448, 448), RGB as (value - 128) / 256; ``output`` holds logits of
    shape (1, 1, 112, 112).
    """
    builder = GraphBuilder()
    normalized = _scaled(builder, 256 / DEVIATION, (128 - MEAN) / DEVIATION)
    features = Encoder(builder, encoder, SIDE).draw(normalized)
    centred = _scaled(builder, np.full(3, 1024 / 255), np.full(3, 4 * (128 / 255 - 0.5)))
    logits = DecoderGraph(builder, decoder, SIDE).draw(features, centred)
    builder.nodes.append(helper.make_node("Identity", [logits], [OUTPUT], OUTPUT))
    graph = helper.make_graph(
        builder.nodes,
        "tinyvit",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, 1, MAP_SIDE, MAP_SIDE])],
        builder.constants,
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    checker.check_model(model, full_check=True)
    return model


def _scaled(builder: GraphBuilder, gain: np.ndarray, offset: np.ndarray) -> str:
    """Return the input times a gain, plus an offset, for each channel."""
    constants = [builder.constant(each.reshape(1, 3, 1, 1)) for each in (gain, offset)]
    return builder.add("Add", [builder.add("Mul", [INPUT, constants[0]]), constants[1]])
