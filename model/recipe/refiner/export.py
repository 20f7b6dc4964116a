"""The fitted network as an ONNX graph over one tile of bytes: `EdgeRefiner.forward`, plainly, for
onnxruntime to calibrate and quantize; `model.recipe.refiner.arrange` makes it fast. Blocks are
never cut out: a 3 x 3 convolution over blocks of 4 x 4 pixels is one of 12 x 12 over pixels, with a
stride of 4. Window means are products with a band matrix.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper
from torch import Tensor, nn

from model.recipe.refiner.graph import Builder
from model.recipe.refiner.network import EdgeRefiner
from model.recipe.refiner.sizes import ALIKE, BLOCK, DILATIONS, FAINT, FINE_IN, PLANES, WINDOWS

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
"""The convolutions that are worth int8; what belongs to few values stays in fp32."""

Weights = npt.NDArray[np.float32]


def export(network: EdgeRefiner, path: Path) -> None:
    """Writes the fp32 graph: ``tile``, uint8 (4, 320, 320), red, green, blue and coarse alpha, to
    ``alpha``, uint8 (320, 320)."""
    build = Builder()
    data = build.op("Unsqueeze", "tile", build.constant(np.array([0])))
    data = build.op("Cast", data, to=TensorProto.FLOAT)
    data = build.op("Mul", data, build.constant(1 / 255))
    colour, alpha = build.split(data, (3, 1))
    guesses, contrast = _local_alphas(build, colour, alpha)
    planes = build.op("Concat", data, *guesses, axis=1)
    planes = build.op("Sub", planes, build.constant(0.5))
    hidden = _coarse_part(build, network, planes, contrast)
    change = _fine_part(build, network, planes, hidden)
    total = build.op("Add", alpha, change)
    clipped = build.op("Clip", total, build.constant(0.0), build.constant(1.0))
    rounded = build.op("Round", build.op("Mul", clipped, build.constant(255.0)))
    flat = build.op("Squeeze", rounded, build.constant(np.array([0, 1])))
    build.op("Cast", flat, name="alpha", to=TensorProto.UINT8)
    _save(build, path)


def _save(build: Builder, path: Path) -> None:
    tile = helper.make_tensor_value_info("tile", TensorProto.UINT8, [4, TILE, TILE])
    alpha = helper.make_tensor_value_info("alpha", TensorProto.UINT8, [TILE, TILE])
    body = helper.make_graph(build.nodes, "edges", [tile], [alpha], build.constants)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(
        body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="cutout"
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _local_alphas(build: Builder, colour: str, alpha: str) -> tuple[list[str], str]:
    """`network.local_alphas`, with the guesses as planes of pixels."""
    inverse = build.op("Sub", build.constant(1.0), alpha)
    weighted = []
    for each in (alpha, inverse):
        cubed = build.op("Mul", build.op("Mul", each, each), each)
        weighted += [build.op("Mul", colour, cubed), cubed]
    pixels = build.op("Concat", *weighted, axis=1)
    mean = np.eye(8, dtype=np.float32)[:, :, np.newaxis, np.newaxis] / np.float32(BLOCK**2)
    weight = np.tile(mean, (1, 1, BLOCK, BLOCK))
    sums = build.conv("blocks", pixels, weight, None, strides=[BLOCK] * 2)
    guesses, lengths = [], []
    for side in WINDOWS:
        guess, length = _guess(build, colour, _window(build, sums, side))
        guesses.append(guess)
        lengths.append(length)
    return guesses, build.op("Sqrt", build.op("Concat", *lengths, axis=1))


def _guess(build: Builder, colour: str, sums: str) -> tuple[str, str]:
    front, front_share, back, back_share = build.split(sums, (3, 1, 3, 1))
    channels = build.constant(np.array([1]))
    front = build.op("Div", front, build.op("Add", front_share, build.constant(FAINT)))
    back = build.op("Div", back, build.op("Add", back_share, build.constant(FAINT)))
    line = build.op("Sub", front, back)
    length = build.op("ReduceSum", build.op("Mul", line, line), channels, keepdims=1)
    line = build.op("Div", line, build.op("Add", length, build.constant(ALIKE)))
    start = build.op("ReduceSum", build.op("Mul", back, line), channels, keepdims=1)
    both = _enlarged(build, build.op("Concat", line, start, axis=1))
    line, start = build.split(both, (3, 1))
    along = build.op("ReduceSum", build.op("Mul", colour, line), channels, keepdims=1)
    along = build.op("Sub", along, start)
    return build.op("Clip", along, build.constant(-0.5), build.constant(1.5)), length


def _enlarged(build: Builder, blocks: str) -> str:
    """Every block's value at each of its pixels."""
    scales = build.constant(np.array([1, 1, BLOCK, BLOCK], np.float32))
    how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
    return build.op("Resize", blocks, "", scales, nearest_mode="floor", **how)


def _window(build: Builder, sums: str, side: int) -> str:
    """`network.window`."""
    at = np.arange(TILE // BLOCK)
    band = (np.abs(at[:, np.newaxis] - at) <= side // 2).astype(np.float32) / np.float32(side)
    matrix = build.constant(band)
    return build.op("MatMul", build.op("MatMul", matrix, sums), matrix)


def _coarse_part(build: Builder, network: EdgeRefiner, planes: str, contrast: str) -> str:
    weight, bias = _parameters(network.enter)
    pixels, rest = np.split(weight, [BLOCK**2 * PLANES], axis=1)
    strided = _over_pixels(pixels, BLOCK)
    hidden = build.conv("enter", planes, strided, bias, strides=[BLOCK] * 2, pads=[BLOCK] * 4)
    contrast = build.op("Sub", contrast, build.constant(0.5))
    hidden = build.op("Add", hidden, build.conv("contrast", contrast, rest, None, pads=[1] * 4))
    hidden = build.op("Relu", hidden)
    for index, (layer, dilation) in enumerate(zip(network.middle, DILATIONS, strict=True)):
        weight, bias = _parameters(layer)
        around, apart = [dilation] * 4, [dilation] * 2
        inner = build.conv(f"middle{index}", hidden, weight, bias, pads=around, dilations=apart)
        hidden = build.op("Relu", build.op("Add", hidden, inner))
    return hidden


def _fine_part(build: Builder, network: EdgeRefiner, planes: str, hidden: str) -> str:
    risen = build.conv("rise", hidden, *_parameters(network.rise))
    risen = build.op("Relu", build.op("DepthToSpace", risen, blocksize=2, mode="CRD"))
    weight, bias = _parameters(network.fine)
    from_risen, from_pixels = np.split(weight, [FINE_IN], axis=1)
    strided = _over_pixels(from_pixels, 2)
    fine = build.conv("fine_pixels", planes, strided, bias, strides=[2, 2], pads=[2] * 4)
    fine = build.op(
        "Relu",
        build.op("Add", fine, build.conv("fine_risen", risen, from_risen, None, pads=[1] * 4)),
    )
    change = build.conv("leave", fine, *_parameters(network.leave), pads=[1] * 4)
    return build.op("DepthToSpace", change, blocksize=2, mode="CRD")


def _over_pixels(weight: Weights, block: int) -> Weights:
    """Of a 3 x 3 convolution over unshuffled pixels, shape (out, planes · block², 3, 3), the same
    over the pixels themselves: (out, planes, 3 · block, 3 · block)."""
    out = len(weight)
    apart = weight.reshape(out, -1, block, block, 3, 3)  # plane, y and x within, block's y and x
    return apart.transpose(0, 1, 4, 2, 5, 3).reshape(out, -1, 3 * block, 3 * block)


def _parameters(layer: nn.Module) -> tuple[Weights, Weights]:
    weight, bias = layer.weight, layer.bias
    if not (isinstance(weight, Tensor) and isinstance(bias, Tensor)):
        raise TypeError(layer)
    return weight.detach().numpy(), bias.detach().numpy()
