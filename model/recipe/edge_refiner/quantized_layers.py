"""Read quantized layers from a QDQ file, and write them as nodes over bytes, channels last."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from model.recipe.graph_builder import GraphBuilder

RUNTIME = "com.microsoft"
"""Domain of onnxruntime's own operators, which it turns QDQ into on a CPU as well."""


@dataclass(frozen=True)
class Range:
    """Define what bytes stand for: (byte - zero) · scale."""

    scale: np.float32
    zero: np.uint8


@dataclass(frozen=True)
class Layer:
    """Hold a convolution: seven-bit weights, their scales, and the bias.

    The shapes are (out, in, rows, columns), (out,) and (out,). The bias is in units of input scale
    · weight scale.
    """

    weight: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]
    bias: npt.NDArray[np.int32]
    reads: Range
    writes: Range


class QuantizedFile:
    """Read a file of `model.recipe.edge_refiner.fit` by the names of its convolutions."""

    def __init__(self, path: Path) -> None:
        graph = onnx.load(path).graph
        self._values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
        self._makers = {name: node for node in graph.node for name in node.output}
        self._quantizers = {
            node.input[0]: node for node in graph.node if node.op_type == "QuantizeLinear"
        }

    def layer(self, name: str) -> Layer:
        """Return a quantized convolution."""
        data, weight, *bias = self._makers[name].input
        values, scale = self._constants(self._makers[weight], 2)
        biases = self._constants(self._makers[bias[0]], 1) if bias else [np.zeros(len(values))]
        return Layer(
            values,
            scale,
            biases[0].astype(np.int32),
            self._range(self._makers[data]),
            self._range(self._quantizers[name]),
        )

    def weight(self, name: str) -> npt.NDArray[np.float32]:
        """Return the weights of a convolution that was left in fp32."""
        weight: npt.NDArray[np.float32] = self._values[self._makers[name].input[1]]
        return weight

    def _range(self, node: onnx.NodeProto) -> Range:
        return Range(np.float32(self._values[node.input[1]]), np.uint8(self._values[node.input[2]]))

    def _constants(self, node: onnx.NodeProto, count: int) -> list[npt.NDArray[Any]]:
        return [self._values[name] for name in node.input[:count]]


def convolve(builder: GraphBuilder, name: str, data: str, layer: Layer, **how: list[int]) -> str:
    """Append a convolution of bytes, shape (n, rows, columns, channels).

    Sums below the written range's zero are clipped, so that a zero of 0 makes it a Relu as well.
    """
    zeros = builder.tensor(np.zeros(len(layer.weight), np.int8))
    weight = [builder.tensor(layer.weight), builder.tensor(layer.scale), zeros]
    inputs = [data, *_pair(builder, layer.reads), *weight, *_pair(builder, layer.writes)]
    inputs.append(builder.tensor(layer.bias))
    sides = list(layer.weight.shape[2:])
    where = {"domain": RUNTIME, "channels_last": 1}
    return builder.add("QLinearConv", [*inputs], {"kernel_shape": sides, **where, **how}, name=name)


def add(
    builder: GraphBuilder, first: tuple[str, Range], second: tuple[str, Range], writes: Range
) -> str:
    """Append the sum of bytes of two ranges as bytes of a third."""
    inputs = [each for data, reads in (first, second) for each in (data, *_pair(builder, reads))]
    return builder.add("QLinearAdd", [*inputs, *_pair(builder, writes)], {"domain": RUNTIME})


def quantize(builder: GraphBuilder, data: str, writes: Range) -> str:
    """Append the rounding to bytes, clipped to the range."""
    return builder.add("QuantizeLinear", [data, *_pair(builder, writes)])


def dequantize(builder: GraphBuilder, data: str, reads: Range) -> str:
    """Append the conversion of bytes to fp32."""
    return builder.add("DequantizeLinear", [data, *_pair(builder, reads)])


def _pair(builder: GraphBuilder, range_: Range) -> list[str]:
    return [builder.tensor(range_.scale), builder.tensor(range_.zero)]
