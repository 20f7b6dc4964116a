"""Run MODNet's last block at half the resolution, its four kinds of pixels being channels.

The block upscales 32 channels, concatenates the picture, convolves, normalises (eight channels by
constant batch statistics, eight by their own) and mixes the channels.
"""

from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, helper

from model.recipe.graph import OUTPUT, GraphError
from model.recipe.optimize.graph_edit import Values, add_constant, producers, replace, values
from model.recipe.optimize.subpixel import PHASES, block_kernel, subpixel_kernel

KINDS = len(PHASES)
COLOURS = 3
EPSILON = 1e-5


def run_last_block_at_half_size(model: ModelProto, side: int) -> None:
    """Rewrite the last block in place, in a network that takes a square of `side`."""
    graph = model.graph
    made = producers(graph)
    mix = made[OUTPUT]
    relu = made[mix.input[0]]
    join = made[relu.input[0]]
    batch, instance = (made[name] for name in join.input)
    halves = [made[node.input[0]] for node in (batch, instance)]
    conv = made[halves[0].input[0]]
    beside = made[conv.input[0]]
    enlarge = made[beside.input[0]]
    old = [enlarge, beside, conv, *halves, batch, instance, join, relu, mix]
    kinds = (
        "Resize Concat Conv Slice Slice BatchNormalization InstanceNormalization Concat Relu Conv"
    )
    if [node.op_type for node in old] != kinds.split():
        raise GraphError("MODNet's last block has other nodes than expected")
    kernel, bias = _kernel(graph, conv, batch)
    small, picture = enlarge.input[0], beside.input[1]
    replace(graph, old, _nodes(graph, (small, picture), (kernel, bias), old, side // 2))


def _kernel(graph: GraphProto, conv: NodeProto, batch: NodeProto) -> tuple[Values, Values]:
    """Return kernel and bias over the small map and the picture's blocks.

    The kernel has the shape (4 · out, channels + 12, 3, 3). The constant half of the normalisation
    is folded in.
    """
    kernel, bias = (values(graph, name).astype(np.float64) for name in conv.input[1:])
    scale, shift, mean, variance = (values(graph, name) for name in batch.input[1:])
    gain = scale / np.sqrt(variance + EPSILON)
    constant, channels = len(gain), kernel.shape[1] - COLOURS
    kernel[:constant] *= gain[:, np.newaxis, np.newaxis, np.newaxis]
    bias[:constant] = (bias[:constant] - mean) * gain + shift
    parts = [subpixel_kernel(kernel[:, :channels]), block_kernel(kernel[:, channels:])]
    whole = np.concatenate(parts, 2)
    return whole.reshape(-1, *whole.shape[2:]), np.repeat(bias, KINDS)


def _nodes(
    graph: GraphProto,
    sources: tuple[str, str],
    parameters: tuple[Values, Values],
    old: list[NodeProto],
    side: int,
) -> list[NodeProto]:
    """Return the block's nodes for maps of `side`. Kernels keep the beginning of their names."""
    conv, instance, mix = old[2], old[6], old[9]
    half = len(parameters[1]) // 2

    def constant(part: str, value: Values | list[int], dtype: type = np.float32) -> str:
        return add_constant(graph, f"{conv.input[1]}_{part}", value, dtype)

    def node(kind: str, inputs: list[str], output: str, **how: Any) -> NodeProto:  # noqa: ANN401
        return helper.make_node(kind, inputs, [output], output, **how)

    weight, bias = (values(graph, name) for name in mix.input[1:])
    mixed = np.kron(weight[:, :, 0, 0], np.eye(KINDS))[:, :, np.newaxis, np.newaxis]
    kernels = [constant("halved", parameters[0]), constant("bias", parameters[1])]
    mixing = [constant("mixed", mixed), constant("mixed_bias", np.repeat(bias, KINDS))]
    rows = constant("rows", [1, half // KINDS, KINDS * side * side], np.int64)
    maps = constant("maps", [1, half, side, side], np.int64)
    parts = constant("parts", [half, half], np.int64)
    statistics = list(instance.input[1:])
    small, picture = sources
    return [
        node("SpaceToDepth", [picture], "last_blocks", blocksize=2),
        node("Concat", [small, "last_blocks"], "last_both", axis=1),
        node("Conv", ["last_both", *kernels], "last_kinds", pads=[1] * 4),
        helper.make_node("Split", ["last_kinds", parts], ["last_first", "last_second"], axis=1),
        node("Reshape", ["last_second", rows], "last_rows"),
        node("InstanceNormalization", ["last_rows", *statistics], "last_normal", epsilon=EPSILON),
        node("Reshape", ["last_normal", maps], "last_maps"),
        node("Concat", ["last_first", "last_maps"], "last_joined", axis=1),
        node("Relu", ["last_joined"], "last_positive"),
        node("Conv", ["last_positive", *mixing], "last_mixed"),
        node("DepthToSpace", ["last_mixed"], OUTPUT, blocksize=2),
    ]
