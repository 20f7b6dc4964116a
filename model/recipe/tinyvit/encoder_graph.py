"""Append MobileSAM's image encoder (TinyViT 5M): a picture becomes feature maps.

Wu et al., "TinyViT: Fast Pretraining Distillation for Small Vision Transformers", ECCV 2022; Zhang
et al., "Faster Segment Anything: Towards Lightweight SAM for Mobile Applications", 2023. Batch
normalization is folded into the convolutions; nothing else differs from the published network.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.checkpoint import Tensors

PREFIX = "image_encoder."
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
EPSILON = 1e-5
NECK_EPSILON = 1e-6
HEAD_DIMENSION = 32

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True)
class Stage:
    """Describe a stage of attention blocks: channels, blocks and the side of its windows."""

    dimension: int
    depth: int
    window: int


STAGES = (Stage(128, 2, 7), Stage(160, 6, 14), Stage(320, 2, 7))


@dataclass(frozen=True)
class Features:
    """Name the feature maps, shape (1, channels, side / stride, side / stride)."""

    stride4: str
    """64 channels."""
    stride8: str
    """128 channels."""
    stride16: str
    """256 channels."""


class Encoder:
    """Draw the encoder into a builder, for pictures of one side."""

    def __init__(self, builder: GraphBuilder, tensors: Tensors, side: int) -> None:
        self._builder, self._side = builder, side
        self._distances: dict[int, str] = {}
        self._tensors = {
            name.removeprefix(PREFIX): np.asarray(value)
            for name, value in tensors.items()
            if name.startswith(PREFIX)
        }

    def draw(self, picture: str) -> Features:
        """Return the features of `picture`.

        It has shape (1, 3, side, side), RGB, normalized by `MEAN` and `DEVIATION`.
        """
        maps = self._builder.gelu(self._conv(picture, "patch_embed.seq.0", stride=2))
        maps = self._conv(maps, "patch_embed.seq.2", stride=2)
        for block in range(2):
            maps = self._mbconv(maps, f"layers.0.blocks.{block}")
        stride4 = maps
        maps = self._merge(maps, "layers.0.downsample", stride=2)
        stride8 = ""
        side = self._side // 8
        for index, stage in enumerate(STAGES, start=1):
            for block in range(stage.depth):
                maps = self._block(maps, f"layers.{index}.blocks.{block}", stage, side)
            if index == 1:
                stride8 = maps
                side //= 2
            if index < len(STAGES):
                maps = self._merge(maps, f"layers.{index}.downsample", stride=3 - index)
        return Features(stride4, stride8, self._neck(maps))

    def _mbconv(self, maps: str, name: str) -> str:
        inner = self._builder.gelu(self._conv(maps, f"{name}.conv1"))
        inner = self._builder.gelu(self._conv(inner, f"{name}.conv2"))
        return self._builder.gelu(
            self._builder.add("Add", [self._conv(inner, f"{name}.conv3"), maps])
        )

    def _merge(self, maps: str, name: str, stride: int) -> str:
        inner = self._builder.gelu(self._conv(maps, f"{name}.conv1"))
        inner = self._builder.gelu(self._conv(inner, f"{name}.conv2", stride=stride))
        return self._conv(inner, f"{name}.conv3")

    def _block(self, maps: str, name: str, stage: Stage, side: int) -> str:
        """Attend within windows, mix neighbours, then apply the perceptron; all residual."""
        builder = self._builder
        tokens = builder.add("Transpose", [maps], {"perm": [0, 2, 3, 1]})
        attended = self._windowed(tokens, f"{name}.attn", stage, side)
        tokens = builder.add("Add", [tokens, attended])
        maps = builder.add("Transpose", [tokens], {"perm": [0, 3, 1, 2]})
        maps = self._conv(maps, f"{name}.local_conv")
        tokens = builder.add("Transpose", [maps], {"perm": [0, 2, 3, 1]})
        tokens = builder.add("Add", [tokens, self._perceptron(tokens, f"{name}.mlp")])
        return builder.add("Transpose", [tokens], {"perm": [0, 3, 1, 2]})

    def _perceptron(self, tokens: str, name: str) -> str:
        inner = self._linear(self._norm(tokens, f"{name}.norm"), f"{name}.fc1")
        return self._linear(self._builder.gelu(inner), f"{name}.fc2")

    def _windowed(self, tokens: str, name: str, stage: Stage, side: int) -> str:
        """Return attention within windows, shape (1, side, side, channels).

        Windows that go past the map's end are filled with zeros, as in the published network.
        """
        builder, window = self._builder, stage.window
        count = -(-side // window)
        spare = count * window - side
        if spare:
            pads = builder.constant([0, 0, 0, 0, 0, spare, spare, 0], np.int64)
            tokens = builder.add("Pad", [tokens, pads])
        split = [count, window, count, window, stage.dimension]
        tokens = self._reshaped(tokens, split, (0, 2, 1, 3, 4))
        tokens = self._reshape(tokens, [count * count, window * window, stage.dimension])
        tokens = self._attention(tokens, name, stage, count * count)
        tokens = self._reshape(tokens, [count, count, window, window, stage.dimension])
        tokens = builder.add("Transpose", [tokens], {"perm": [0, 2, 1, 3, 4]})
        tokens = self._reshape(tokens, [1, count * window, count * window, stage.dimension])
        if spare:
            limits = [builder.constant(each, np.int64) for each in ([0, 0], [side, side], [1, 2])]
            tokens = builder.add("Slice", [tokens, *limits])
        return tokens

    def _attention(self, tokens: str, name: str, stage: Stage, windows: int) -> str:
        builder, length = self._builder, stage.window**2
        heads = stage.dimension // HEAD_DIMENSION
        query, key, value = (
            self._reshaped(part, [windows, length, heads, HEAD_DIMENSION], order)
            for part, order in zip(
                self._queries(self._norm(tokens, f"{name}.norm"), name, heads),
                ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3)),
                strict=True,
            )
        )
        scores = builder.add("MatMul", [query, key])
        scores = builder.add("Add", [scores, self._biases(name, stage.window)])
        shares = builder.add("Softmax", [scores], {"axis": -1})
        mixed = builder.add("MatMul", [shares, value])
        mixed = builder.add("Transpose", [mixed], {"perm": [0, 2, 1, 3]})
        mixed = self._reshape(mixed, [windows, length, stage.dimension])
        return self._linear(mixed, f"{name}.proj")

    def _queries(self, tokens: str, name: str, heads: int) -> list[str]:
        """Return queries (scaled), keys and values; the published layer has them head by head."""
        weight = self._tensors[f"{name}.qkv.weight"].reshape(heads, 3, HEAD_DIMENSION, -1)
        bias = self._tensors[f"{name}.qkv.bias"].reshape(heads, 3, HEAD_DIMENSION)
        scales = (HEAD_DIMENSION**-0.5, 1.0, 1.0)
        return [
            self._affine(
                tokens,
                weight[:, part].reshape(heads * HEAD_DIMENSION, -1) * np.float32(scale),
                bias[:, part].reshape(-1) * np.float32(scale),
            )
            for part, scale in enumerate(scales)
        ]

    def _biases(self, name: str, window: int) -> str:
        """Return what each head adds for the distance of two tokens, shape (1, heads, n, n).

        The file holds a number for each distance; onnxruntime spreads them when it opens the model.
        """
        table = self._builder.constant(self._tensors[f"{name}.attention_biases"][np.newaxis])
        if window not in self._distances:
            self._distances[window] = self._builder.constant(distances(window), np.int64)
        return self._builder.add("Gather", [table, self._distances[window]], {"axis": 2})

    def _neck(self, maps: str) -> str:
        maps = self._plain_conv(maps, "neck.0", pad=0)
        maps = self._norm_channels(maps, "neck.1")
        maps = self._plain_conv(maps, "neck.2", pad=1)
        return self._norm_channels(maps, "neck.3")

    def _norm_channels(self, maps: str, name: str) -> str:
        builder = self._builder
        tokens = builder.add("Transpose", [maps], {"perm": [0, 2, 3, 1]})
        tokens = self._norm(tokens, name, NECK_EPSILON)
        return builder.add("Transpose", [tokens], {"perm": [0, 3, 1, 2]})

    def _norm(self, tokens: str, name: str, epsilon: float = EPSILON) -> str:
        parameters = [
            self._builder.constant(self._tensors[f"{name}.{part}"]) for part in ("weight", "bias")
        ]
        attributes = {"axis": -1, "epsilon": epsilon}
        return self._builder.add("LayerNormalization", [tokens, *parameters], attributes)

    def _linear(self, tokens: str, name: str) -> str:
        weight, bias = (self._tensors[f"{name}.{part}"] for part in ("weight", "bias"))
        return self._affine(tokens, weight, bias)

    def _affine(self, tokens: str, weight: Array, bias: Array) -> str:
        product_ = self._builder.add("MatMul", [tokens, self._builder.constant(weight.T)])
        return self._builder.add("Add", [product_, self._builder.constant(bias)])

    def _conv(self, maps: str, name: str, stride: int = 1) -> str:
        """Return a convolution with its batch normalization folded in, padded to keep the side."""
        tensors = self._tensors
        kernel = tensors[f"{name}.c.weight"]
        deviation = np.sqrt(tensors[f"{name}.bn.running_var"] + np.float32(EPSILON))
        gain = tensors[f"{name}.bn.weight"] / deviation
        bias = tensors[f"{name}.bn.bias"] - tensors[f"{name}.bn.running_mean"] * gain
        groups = len(kernel) if kernel.shape[1] == 1 else 1
        inputs = [maps, *map(self._builder.constant, (kernel * gain[:, None, None, None], bias))]
        attributes = {
            "group": groups,
            "strides": [stride] * 2,
            "pads": [kernel.shape[-1] // 2] * 4,
        }
        return self._builder.add("Conv", inputs, attributes)

    def _plain_conv(self, maps: str, name: str, pad: int) -> str:
        kernel = self._builder.constant(self._tensors[f"{name}.weight"])
        return self._builder.add("Conv", [maps, kernel], {"pads": [pad] * 4})

    def _reshaped(self, name: str, shape: list[int], order: tuple[int, ...]) -> str:
        return self._builder.add("Transpose", [self._reshape(name, shape)], {"perm": list(order)})

    def _reshape(self, name: str, shape: list[int]) -> str:
        return self._builder.add("Reshape", [name, self._builder.constant(shape, np.int64)])


def distances(window: int) -> Array:
    """Return the index of the distance between each two tokens of a window, shape (n, n).

    Distances are numbered in the order in which the published network meets them.
    """
    points = list(product(range(window), repeat=2))
    seen: dict[tuple[int, int], int] = {}
    return np.array(
        [
            [seen.setdefault((abs(a[0] - b[0]), abs(a[1] - b[1])), len(seen)) for b in points]
            for a in points
        ]
    )
