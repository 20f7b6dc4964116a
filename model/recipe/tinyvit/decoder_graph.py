"""Append the decoder as ONNX nodes; `model.recipe.tinyvit.decoder_torch` is its PyTorch form."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.encoder_graph import Features
from model.recipe.tinyvit.sizes import BLOCKS, EPSILON, GROUPS, STRIDES, WIDTHS

Weights: TypeAlias = Mapping[str, npt.NDArray[Any]]
"""By the names that PyTorch gives them."""


class DecoderGraph:
    """Draw the decoder into a builder, for an encoder of one side."""

    def __init__(self, builder: GraphBuilder, weights: Weights, side: int) -> None:
        self._builder, self._weights, self._side = builder, weights, side

    def draw(self, features: Features, picture: str) -> str:
        """Return logits of shape (1, 1, side / 4, side / 4).

        `picture` has shape (1, 3, side, side), RGB, -2..2.
        """
        builder = self._builder
        maps = ""
        for index, stride in enumerate(STRIDES):
            side = self._side // stride
            shrunk = self._shrunk(picture, stride)
            parts = [self._conv(self._feature(features, stride), f"levels.{index}.project"), shrunk]
            if maps:
                parts.append(builder.resize(maps, WIDTHS[index - 1], side))
            joined = self._conv(builder.add("Concat", parts, {"axis": 1}), f"levels.{index}.join")
            maps = self._builder.gelu(
                self._norm(joined, f"levels.{index}.norm", WIDTHS[index], side)
            )
            for block in range(BLOCKS[index]):
                maps = self._block(maps, f"levels.{index}.blocks.{block}", WIDTHS[index], side)
            if index == 0:
                maps = builder.add("Add", [maps, self._whole(features.stride16)])
        return self._conv(maps, "logits")

    def _feature(self, features: Features, stride: int) -> str:
        return {16: features.stride16, 8: features.stride8, 4: features.stride4}[stride]

    def _shrunk(self, picture: str, stride: int) -> str:
        attributes = {"kernel_shape": [stride] * 2, "strides": [stride] * 2}
        return self._builder.add("AveragePool", [picture], attributes)

    def _whole(self, features: str) -> str:
        """Return what the picture as a whole adds to each channel, shape (1, width, 1, 1)."""
        mean = self._builder.add("GlobalAveragePool", [features])
        return self._conv(self._builder.gelu(self._conv(mean, "whole.0")), "whole.2")

    def _block(self, maps: str, name: str, width: int, side: int) -> str:
        inner = self._norm(self._conv(maps, f"{name}.first"), f"{name}.first_norm", width, side)
        inner = self._conv(self._builder.gelu(inner), f"{name}.second")
        inner = self._norm(inner, f"{name}.second_norm", width, side)
        return self._builder.gelu(self._builder.add("Add", [maps, inner]))

    def _norm(self, maps: str, name: str, width: int, side: int) -> str:
        """Return the group normalization of maps of shape (1, width, side, side)."""
        builder = self._builder
        ones, zeros = (builder.constant(np.full(GROUPS, value)) for value in (1, 0))
        flat = builder.add("Reshape", [maps, builder.constant([1, GROUPS, -1], np.int64)])
        flat = builder.add("InstanceNormalization", [flat, ones, zeros], {"epsilon": EPSILON})
        shape = builder.constant([1, width, side, side], np.int64)
        maps = builder.add("Reshape", [flat, shape])
        gain, bias = (
            builder.constant(self._weights[f"{name}.{part}"].reshape(1, -1, 1, 1))
            for part in ("weight", "bias")
        )
        return builder.add("Add", [builder.add("Mul", [maps, gain]), bias])

    def _conv(self, maps: str, name: str) -> str:
        """Return a convolution; linear layers are convolutions of 1 x 1."""
        kernel = self._weights[f"{name}.weight"]
        kernel = kernel.reshape(*kernel.shape[:2], *(kernel.shape[2:] or (1, 1)))
        inputs = [maps, *map(self._builder.constant, (kernel, self._weights[f"{name}.bias"]))]
        return self._builder.add("Conv", inputs, {"pads": [kernel.shape[-1] // 2] * 4})
