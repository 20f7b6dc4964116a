"""Export the trained network to a plain ONNX graph over one tile, to be calibrated and quantized.

`model.recipe.edge_refiner.optimize` makes it fast afterwards. Blocks are never cut out: a 3 x 3
convolution over blocks of 4 x 4 pixels is one of 12 x 12 over pixels, with a stride of 4. Window
means are products with a band matrix.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper
from torch import Tensor, nn

from model.recipe.edge_refiner.network_torch import EdgeRefiner
from model.recipe.edge_refiner.sizes import ALIKE, BLOCK, DILATIONS, FAINT, FINE_IN, PLANES, WINDOWS
from model.recipe.graph_builder import GraphBuilder

TILE = 320
OPSET, IR_VERSION = 21, 10
QUANTIZED = (
    "enter",
    *(f"middle{index}" for index in range(len(DILATIONS))),
    "rise",
    "fine_pixels",
    "fine_risen",
    "leave",
)
"""Names of the convolutions to quantize; the small one over contrasts stays in fp32."""

Weights = npt.NDArray[np.float32]


def export(network: EdgeRefiner, path: Path) -> None:
    """Write the fp32 graph from ``tile`` to ``alpha``.

    ``tile`` is uint8 of shape (4, 320, 320): red, green, blue and coarse alpha. ``alpha`` is uint8
    of shape (320, 320).
    """
    builder = GraphBuilder()
    data = builder.add("Unsqueeze", ["tile", builder.tensor(np.array([0]))])
    data = builder.add("Cast", [data], {"to": TensorProto.FLOAT})
    data = builder.add("Mul", [data, builder.constant(1 / 255)])
    colour, alpha = builder.split(data, (3, 1))
    guesses, contrast = _local_alphas(builder, colour, alpha)
    planes = builder.add("Concat", [data, *guesses], {"axis": 1})
    planes = builder.add("Sub", [planes, builder.constant(0.5)])
    hidden = _coarse_part(builder, network, planes, contrast)
    change = _fine_part(builder, network, planes, hidden)
    total = builder.add("Add", [alpha, change])
    clipped = builder.add("Clip", [total, builder.constant(0.0), builder.constant(1.0)])
    rounded = builder.add("Round", [builder.add("Mul", [clipped, builder.constant(255.0)])])
    flat = builder.add("Squeeze", [rounded, builder.tensor(np.array([0, 1]))])
    builder.add("Cast", [flat], {"to": TensorProto.UINT8}, name="alpha")
    _save(builder, path)


def _save(builder: GraphBuilder, path: Path) -> None:
    tile = helper.make_tensor_value_info("tile", TensorProto.UINT8, [4, TILE, TILE])
    alpha = helper.make_tensor_value_info("alpha", TensorProto.UINT8, [TILE, TILE])
    body = helper.make_graph(builder.nodes, "edges", [tile], [alpha], builder.constants)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(
        body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="cutout"
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _local_alphas(builder: GraphBuilder, colour: str, alpha: str) -> tuple[list[str], str]:
    """Append `network_torch.local_alphas`; return its alphas as planes of pixels, and contrasts."""
    inverse = builder.add("Sub", [builder.constant(1.0), alpha])
    weighted = []
    for each in (alpha, inverse):
        cubed = builder.add("Mul", [builder.add("Mul", [each, each]), each])
        weighted += [builder.add("Mul", [colour, cubed]), cubed]
    pixels = builder.add("Concat", [*weighted], {"axis": 1})
    mean = np.eye(8, dtype=np.float32)[:, :, np.newaxis, np.newaxis] / np.float32(BLOCK**2)
    weight = np.tile(mean, (1, 1, BLOCK, BLOCK))
    sums = _conv(builder, "blocks", pixels, weight, None, strides=[BLOCK] * 2)
    guesses, lengths = [], []
    for side in WINDOWS:
        guess, length = _guess(builder, colour, _window(builder, sums, side))
        guesses.append(guess)
        lengths.append(length)
    return guesses, builder.add("Sqrt", [builder.add("Concat", [*lengths], {"axis": 1})])


def _guess(builder: GraphBuilder, colour: str, sums: str) -> tuple[str, str]:
    front, front_share, back, back_share = builder.split(sums, (3, 1, 3, 1))
    channels = builder.tensor(np.array([1]))
    front = builder.add("Div", [front, builder.add("Add", [front_share, builder.constant(FAINT)])])
    back = builder.add("Div", [back, builder.add("Add", [back_share, builder.constant(FAINT)])])
    line = builder.add("Sub", [front, back])
    length = builder.add("ReduceSum", [builder.add("Mul", [line, line]), channels], {"keepdims": 1})
    line = builder.add("Div", [line, builder.add("Add", [length, builder.constant(ALIKE)])])
    start = builder.add("ReduceSum", [builder.add("Mul", [back, line]), channels], {"keepdims": 1})
    both = _enlarged(builder, builder.add("Concat", [line, start], {"axis": 1}))
    line, start = builder.split(both, (3, 1))
    along = builder.add(
        "ReduceSum", [builder.add("Mul", [colour, line]), channels], {"keepdims": 1}
    )
    along = builder.add("Sub", [along, start])
    return builder.add("Clip", [along, builder.constant(-0.5), builder.constant(1.5)]), length


def _enlarged(builder: GraphBuilder, blocks: str) -> str:
    """Repeat every block's value at each of its pixels."""
    scales = builder.tensor(np.array([1, 1, BLOCK, BLOCK], np.float32))
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
    return builder.add("Resize", [blocks, "", scales], {"nearest_mode": "floor", **how})


def _window(builder: GraphBuilder, sums: str, side: int) -> str:
    """Append `network_torch.window`."""
    at = np.arange(TILE // BLOCK)
    band = (np.abs(at[:, np.newaxis] - at) <= side // 2).astype(np.float32) / np.float32(side)
    matrix = builder.tensor(band)
    return builder.add("MatMul", [builder.add("MatMul", [matrix, sums]), matrix])


def _coarse_part(builder: GraphBuilder, network: EdgeRefiner, planes: str, contrast: str) -> str:
    weight, bias = _parameters(network.enter)
    pixels, rest = np.split(weight, [BLOCK**2 * PLANES], axis=1)
    strided = _over_pixels(pixels, BLOCK)
    hidden = _conv(builder, "enter", planes, strided, bias, strides=[BLOCK] * 2, pads=[BLOCK] * 4)
    contrast = builder.add("Sub", [contrast, builder.constant(0.5)])
    hidden = builder.add(
        "Add", [hidden, _conv(builder, "contrast", contrast, rest, None, pads=[1] * 4)]
    )
    hidden = builder.add("Relu", [hidden])
    for index, (layer, dilation) in enumerate(zip(network.middle, DILATIONS, strict=True)):
        weight, bias = _parameters(layer)
        around, apart = [dilation] * 4, [dilation] * 2
        inner = _conv(builder, f"middle{index}", hidden, weight, bias, pads=around, dilations=apart)
        hidden = builder.add("Relu", [builder.add("Add", [hidden, inner])])
    return hidden


def _fine_part(builder: GraphBuilder, network: EdgeRefiner, planes: str, hidden: str) -> str:
    risen = _conv(builder, "rise", hidden, *_parameters(network.rise))
    risen = builder.add(
        "Relu", [builder.add("DepthToSpace", [risen], {"blocksize": 2, "mode": "CRD"})]
    )
    weight, bias = _parameters(network.fine)
    from_risen, from_pixels = np.split(weight, [FINE_IN], axis=1)
    strided = _over_pixels(from_pixels, 2)
    fine = _conv(builder, "fine_pixels", planes, strided, bias, strides=[2, 2], pads=[2] * 4)
    fine = builder.add(
        "Relu",
        [
            builder.add(
                "Add", [fine, _conv(builder, "fine_risen", risen, from_risen, None, pads=[1] * 4)]
            )
        ],
    )
    change = _conv(builder, "leave", fine, *_parameters(network.leave), pads=[1] * 4)
    return builder.add("DepthToSpace", [change], {"blocksize": 2, "mode": "CRD"})


def _conv(
    builder: GraphBuilder,
    name: str,
    data: str,
    weight: Weights,
    bias: Weights | None,
    **how: list[int],
) -> str:
    """Append a convolution with constant weights; return its output's name."""
    parts = [weight] if bias is None else [weight, bias]
    return builder.add("Conv", [data, *map(builder.constant, parts)], how, name=name)


def _over_pixels(weight: Weights, block: int) -> Weights:
    """Turn a 3 x 3 kernel over unshuffled pixels into the equal one over the pixels themselves.

    The shape (out, planes · block², 3, 3) becomes (out, planes, 3 · block, 3 · block).
    """
    out = len(weight)
    apart = weight.reshape(out, -1, block, block, 3, 3)  # plane, y and x within, block's y and x
    return apart.transpose(0, 1, 4, 2, 5, 3).reshape(out, -1, 3 * block, 3 * block)


def _parameters(layer: nn.Module) -> tuple[Weights, Weights]:
    weight, bias = layer.weight, layer.bias
    if not (isinstance(weight, Tensor) and isinstance(bias, Tensor)):
        raise TypeError(layer)
    return weight.detach().numpy(), bias.detach().numpy()
