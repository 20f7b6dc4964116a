"""Turn MODNet into an expert.

Ke et al., "MODNet: Real-Time Trimap-Free Portrait Matting via Objective Decomposition", AAAI 2022.
The depthwise layers of its backbone, MobileNetV2, don't survive int8 activations (30 % relative
error, also with the layer equalization of Nagel et al. 2019), but are cheap in fp32. The plain
convolutions of the two branches at high resolution are expensive, and work well in int8.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime as ort
from onnx import GraphProto, ModelProto, helper, load, numpy_helper, shape_inference
from onnx.version_converter import convert_version

from model.recipe.adapt import drop_sigmoid
from model.recipe.graph import INPUT, OPSET
from model.recipe.optimize.modnet_last_block import run_last_block_at_half_size

EXPENSIVE_CONVS = (
    "lr_branch.conv_lr16x",
    "lr_branch.conv_lr8x",
    "hr_branch.conv_hr",
    "hr_branch.conv_enc",
    "f_branch.conv_lr4x",
    "f_branch.conv_f2x",
    "f_branch.conv_f.0",
)
"""Parts of the names of kernels that are worth quantizing."""


def prepare_modnet(model: ModelProto, side: int) -> ModelProto:
    """Return the expert from ``input``, (value - 128) / 256, to logits; every size constant."""
    for value in (*model.graph.input, *model.graph.output):
        batch, _, height, width = value.type.tensor_type.shape.dim
        batch.dim_value, height.dim_value, width.dim_value = 1, side, side
    folded = convert_version(_fold_constants(model), OPSET)
    drop_sigmoid(folded)
    _take_centred_input(folded.graph)
    _name_nodes(folded.graph)
    run_last_block_at_half_size(folded, side)
    del folded.graph.value_info[:]
    return shape_inference.infer_shapes(folded, check_type=True, strict_mode=True)


def convs_worth_quantizing(model: ModelProto) -> list[str]:
    """Return the names of the nodes to quantize."""
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv" and any(part in node.input[1] for part in EXPENSIVE_CONVS)
    ]


def _fold_constants(model: ModelProto) -> ModelProto:
    """Fold arithmetic on sizes into constants, and batch normalisation into kernels."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "folded.onnx"
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(target)
        ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
        return load(target)


def _take_centred_input(graph: GraphProto) -> None:
    """Convert the input to (value - 127.5) / 127.5, which MODNet takes at four places."""
    for node in graph.node:
        node.input[:] = ["normalised" if name == INPUT else name for name in node.input]
    scale, shift = np.array([256 / 127.5, 0.5 / 127.5], np.float32)
    graph.initializer.append(numpy_helper.from_array(np.array(scale), "input_scale"))
    graph.initializer.append(numpy_helper.from_array(np.array(shift), "input_shift"))
    graph.node.insert(0, helper.make_node("Mul", [INPUT, "input_scale"], ["scaled"]))
    graph.node.insert(1, helper.make_node("Add", ["scaled", "input_shift"], ["normalised"]))


def _name_nodes(graph: GraphProto) -> None:
    for index, node in enumerate(graph.node):
        node.name = node.name or f"{node.op_type}_{index}"
