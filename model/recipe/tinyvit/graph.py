"""The decoder as ONNX nodes; its fit in PyTorch is `model.recipe.tinyvit.decoder`."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from model.recipe.sketch import Sketch
from model.recipe.tinyvit.activation import gelu
from model.recipe.tinyvit.encoder import Features
from model.recipe.tinyvit.sizes import BLOCKS, EPSILON, GROUPS, STRIDES, WIDTHS

Weights: TypeAlias = Mapping[str, npt.NDArray[Any]]
"""By the names that PyTorch gives them."""


class DecoderGraph:
    """Draw the decoder into a sketch, for an encoder of one side."""

    def __init__(self, sketch: Sketch, weights: Weights, side: int) -> None:
        self._sketch, self._weights, self._side = sketch, weights, side

    def draw(self, features: Features, picture: str) -> str:
        """Return logits of shape (1, 1, side / 4, side / 4). `picture` has shape
        (1, 3, side, side), RGB, -2..2."""
        sketch = self._sketch
        maps = ""
        for index, stride in enumerate(STRIDES):
            side = self._side // stride
            shrunk = self._shrunk(picture, stride)
            parts = [self._conv(self._feature(features, stride), f"levels.{index}.project"), shrunk]
            if maps:
                parts.append(sketch.resize(maps, WIDTHS[index - 1], side))
            joined = self._conv(sketch.add("Concat", parts, {"axis": 1}), f"levels.{index}.join")
            maps = self._gelu(self._norm(joined, f"levels.{index}.norm", WIDTHS[index], side))
            for block in range(BLOCKS[index]):
                maps = self._block(maps, f"levels.{index}.blocks.{block}", WIDTHS[index], side)
            if index == 0:
                maps = sketch.add("Add", [maps, self._whole(features.stride16)])
        return self._conv(maps, "logits")

    def _feature(self, features: Features, stride: int) -> str:
        return {16: features.stride16, 8: features.stride8, 4: features.stride4}[stride]

    def _shrunk(self, picture: str, stride: int) -> str:
        attributes = {"kernel_shape": [stride] * 2, "strides": [stride] * 2}
        return self._sketch.add("AveragePool", [picture], attributes)

    def _whole(self, features: str) -> str:
        """Return what the picture as a whole adds to each channel, shape (1, width, 1, 1)."""
        mean = self._sketch.add("GlobalAveragePool", [features])
        return self._conv(self._gelu(self._conv(mean, "whole.0")), "whole.2")

    def _block(self, maps: str, name: str, width: int, side: int) -> str:
        inner = self._norm(self._conv(maps, f"{name}.first"), f"{name}.first_norm", width, side)
        inner = self._conv(self._gelu(inner), f"{name}.second")
        inner = self._norm(inner, f"{name}.second_norm", width, side)
        return self._gelu(self._sketch.add("Add", [maps, inner]))

    def _norm(self, maps: str, name: str, width: int, side: int) -> str:
        """Return the group normalization of maps of shape (1, width, side, side)."""
        sketch = self._sketch
        ones, zeros = (sketch.constant(np.full(GROUPS, value)) for value in (1, 0))
        flat = sketch.add("Reshape", [maps, sketch.constant([1, GROUPS, -1], np.int64)])
        flat = sketch.add("InstanceNormalization", [flat, ones, zeros], {"epsilon": EPSILON})
        shape = sketch.constant([1, width, side, side], np.int64)
        maps = sketch.add("Reshape", [flat, shape])
        gain, bias = (
            sketch.constant(self._weights[f"{name}.{part}"].reshape(1, -1, 1, 1))
            for part in ("weight", "bias")
        )
        return sketch.add("Add", [sketch.add("Mul", [maps, gain]), bias])

    def _conv(self, maps: str, name: str) -> str:
        """Return a convolution; linear layers are convolutions of 1 x 1."""
        kernel = self._weights[f"{name}.weight"]
        kernel = kernel.reshape(*kernel.shape[:2], *(kernel.shape[2:] or (1, 1)))
        inputs = [maps, *map(self._sketch.constant, (kernel, self._weights[f"{name}.bias"]))]
        return self._sketch.add("Conv", inputs, {"pads": [kernel.shape[-1] // 2] * 4})

    def _gelu(self, name: str) -> str:
        return gelu(self._sketch, name)
