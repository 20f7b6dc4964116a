"""A quantized refiner with weights drawn at random, and what it should say, in plain numpy."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from model.recipe.edge_refiner.sizes import (
    ALIKE,
    BLOCK,
    DILATIONS,
    FAINT,
    FINE_IN,
    FINE_WIDTH,
    WIDTH,
    WINDOWS,
)

Values = npt.NDArray[np.float64]
Layers = dict[str, tuple[Values, Values]]
"""Weights and biases, as numbers."""
Kind = tuple[tuple[int, int, int], float, tuple[float, int], tuple[float, int]]

SIGNED, POSITIVE = 128, 0
INPUT = (2 / 255, SIGNED)
HIDDEN, RISEN, FINE = ((6 / 255, POSITIVE),) * 3
INNER = (8 / 255, SIGNED)

KINDS: dict[str, Kind] = {
    "enter": ((WIDTH, 6, 12), 0.4, INPUT, INNER),
    **{f"middle{i}": ((WIDTH, WIDTH, 3), 0.7, HIDDEN, INNER) for i in range(len(DILATIONS))},
    "rise": ((4 * FINE_IN, WIDTH, 1), 0.7, HIDDEN, INNER),
    "fine_pixels": ((FINE_WIDTH, 6, 6), 0.4, INPUT, INNER),
    "fine_risen": ((FINE_WIDTH, FINE_IN, 3), 0.7, RISEN, INNER),
    "leave": ((4, FINE_WIDTH, 3), 3.0, FINE, (1.6 / 255, SIGNED)),
}
"""Shape, by how much to make weights smaller, and what bytes stand for before and after."""


def write(path: Path, rng: np.random.Generator) -> Layers:
    """As `model.recipe.edge_refiner` quantizes it, but that nothing connects the convolutions."""
    nodes: list[onnx.NodeProto] = []
    values: dict[str, npt.NDArray[np.generic]] = {}
    layers: Layers = {}
    for name, ((out, into, side), divisor, reads, writes) in KINDS.items():
        weight = rng.integers(-63, 64, (out, into, side, side)).astype(np.int8)
        scale = rng.uniform(0.5, 1, out) / (37 * divisor * np.sqrt(into * side**2))
        bias = rng.integers(-2000, 2000, out).astype(np.int32)
        if name == "fine_risen":
            bias[:] = 0  # the sum has that of the other
        biased = scale * reads[0]
        layers[name] = weight * scale[:, None, None, None], bias * biased
        for key, each in (("weight", weight), ("bias", bias)):
            factor = (scale if key == "weight" else biased).astype(np.float32)
            values |= {f"{name}.{key}.q": each, f"{name}.{key}.scale": factor}
            inputs = [f"{name}.{key}.q", f"{name}.{key}.scale"]
            nodes.append(helper.make_node("DequantizeLinear", inputs, [f"{name}.{key}"], axis=0))
        for key, (step, zero) in (("reads", reads), ("writes", writes)):
            values[f"{name}.{key}"] = np.array(step, np.float32)
            values[f"{name}.{key}.zero"] = np.array(zero, np.uint8)
        reading = [f"{name}.bytes", f"{name}.reads", f"{name}.reads.zero"]
        nodes.append(helper.make_node("DequantizeLinear", reading, [f"{name}.data"]))
        inputs = [f"{name}.data", f"{name}.weight", f"{name}.bias"]
        nodes.append(helper.make_node("Conv", inputs, [name], name))
        writing = [name, f"{name}.writes", f"{name}.writes.zero"]
        nodes.append(helper.make_node("QuantizeLinear", writing, [f"{name}.out"]))
    steps = values["enter.weight.scale"].astype(np.float64)[:, None, None, None]
    contrast = rng.uniform(-150, 150, (WIDTH, len(WINDOWS), 3, 3)) * steps
    values["contrast.weight"] = contrast.astype(np.float32)
    layers["contrast"] = contrast, np.zeros(WIDTH)
    nodes.append(
        helper.make_node("Conv", ["distance", "contrast.weight"], ["contrast"], "contrast")
    )
    constants = [numpy_helper.from_array(each, key) for key, each in values.items()]
    answer = helper.make_tensor_value_info("contrast", TensorProto.FLOAT, None)
    onnx.save(helper.make_model(helper.make_graph(nodes, "plain", [], [answer], constants)), path)
    return layers


def forward(layers: Layers, tile: npt.NDArray[np.uint8]) -> Values:
    """Compute the network in numpy: (side, side, 4) to (side, side), 0..255, not rounded."""
    planes = tile.transpose(2, 0, 1) / 255
    guesses, contrast = _local_alphas(planes[:3], planes[3])
    planes = np.concatenate([planes, guesses]) - 0.5
    hidden = _convolved(layers["enter"], planes, BLOCK, BLOCK)
    hidden = _relu(hidden + _convolved(layers["contrast"], contrast - 0.5, 1))
    for index, dilation in enumerate(DILATIONS):
        inner = _convolved(layers[f"middle{index}"], hidden, dilation, dilation=dilation)
        hidden = _relu(hidden + inner)
    risen = _relu(_shuffled(_convolved(layers["rise"], hidden, 0)))
    fine = _convolved(layers["fine_pixels"], planes, 2, 2)
    fine = _relu(fine + _convolved(layers["fine_risen"], risen, 1))
    (change,) = _shuffled(_convolved(layers["leave"], fine, 1))
    alpha: Values = np.clip(planes[3] + 0.5 + change, 0, 1) * 255
    return alpha


def _convolved(
    layer: tuple[Values, Values], data: Values, pad: int, stride: int = 1, dilation: int = 1
) -> Values:
    weight, bias = layer
    wide = np.pad(data, [(0, 0), (pad, pad), (pad, pad)])
    side = data.shape[1] // stride
    total = np.zeros((len(weight), side, side)) + bias[:, None, None]
    for row, column in np.ndindex(weight.shape[2:]):
        rows, columns = (
            slice(at * dilation, at * dilation + (side - 1) * stride + 1, stride)
            for at in (row, column)
        )
        total += np.tensordot(weight[:, :, row, column], wide[:, rows, columns], 1)
    return total


def _local_alphas(colour: Values, alpha: Values) -> tuple[Values, Values]:
    found = list(_each_window(colour, alpha))
    guesses, distances = zip(*found, strict=True)
    return np.stack(guesses), np.stack(distances)


def _each_window(colour: Values, alpha: Values) -> Iterator[tuple[Values, Values]]:
    for window in WINDOWS:
        front, back = (_mean_colour(colour, part**3, window) for part in (alpha, 1 - alpha))
        length = ((front - back) ** 2).sum(0)
        line = (front - back) / (length + ALIKE)
        large = [np.kron(each, np.ones((1, BLOCK, BLOCK))) for each in (line, back)]
        guess = ((colour - large[1]) * large[0]).sum(0)
        yield np.clip(guess, -0.5, 1.5), np.sqrt(length)


def _mean_colour(colour: Values, share: Values, window: int) -> Values:
    planes = np.concatenate([colour * share, share[np.newaxis]])
    count, side = len(planes), planes.shape[1] // BLOCK
    means = planes.reshape(count, side, BLOCK, side, BLOCK).mean((2, 4))
    wide = np.pad(means, [(0, 0), *[(window // 2, window // 2)] * 2])
    views = np.lib.stride_tricks.sliding_window_view(wide, (window, window), (1, 2))
    means = views.mean((3, 4))
    colours: Values = means[:3] / (means[3] + FAINT)
    return colours


def _shuffled(data: Values) -> Values:
    count, side = len(data) // 4, data.shape[1]
    apart = data.reshape(count, 2, 2, side, side).transpose(0, 3, 1, 4, 2)
    return apart.reshape(count, 2 * side, 2 * side)


def _relu(data: Values) -> Values:
    return np.maximum(data, 0)
