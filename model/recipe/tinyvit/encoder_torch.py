"""Define the encoder's later stages in PyTorch, for the fit; names are the published ones.

From the features at stride 8 on, everything is fitted; what comes before stays as published.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, softmax

from model.recipe.tinyvit.encoder_graph import (
    HEAD_DIMENSION,
    NECK_EPSILON,
    STAGES,
    Stage,
    distances,
)
from model.recipe.tinyvit.sizes import SIDE

GRID = SIDE // 16
"""Side of the maps from stride 16 on; the windows of every stage divide it."""


class Conv(nn.Module):
    """Convolve, then normalize with the published statistics."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int, groups: int) -> None:
        super().__init__()
        self.c = nn.Conv2d(inputs, outputs, side, stride, side // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of shape (n, outputs, h / stride, w / stride)."""
        return self.bn(self.c(maps))


class Merge(nn.Module):
    """Change the channels, and halve the side where `stride` is 2."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = Conv(inputs, outputs, 1, 1, 1)
        self.conv2 = Conv(outputs, outputs, 3, stride, outputs)
        self.conv3 = Conv(outputs, outputs, 1, 1, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of shape (n, outputs, h / stride, w / stride)."""
        return self.conv3(gelu(self.conv2(gelu(self.conv1(maps)))))


class Attention(nn.Module):
    """Attend among the tokens of a window."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.heads = stage.dimension // HEAD_DIMENSION
        self.norm = nn.LayerNorm(stage.dimension)
        self.qkv = nn.Linear(stage.dimension, 3 * stage.dimension)
        self.proj = nn.Linear(stage.dimension, stage.dimension)
        order = torch.from_numpy(distances(stage.window))
        self.attention_biases = nn.Parameter(torch.zeros(self.heads, int(order.max()) + 1))
        self.register_buffer("order", order, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape (windows, length, dimension)."""
        windows, length, dimension = tokens.shape
        split = self.qkv(self.norm(tokens)).view(windows, length, self.heads, 3, HEAD_DIMENSION)
        query, key, value = split.permute(3, 0, 2, 1, 4)
        scores = query @ key.transpose(-2, -1) * HEAD_DIMENSION**-0.5
        shares = softmax(scores + self.attention_biases[:, self.order], -1)
        mixed = (shares @ value).transpose(1, 2).reshape(windows, length, dimension)
        return self.proj(mixed)


class Perceptron(nn.Module):
    """Apply two layers to each token."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dimension)
        self.fc1 = nn.Linear(dimension, 4 * dimension)
        self.fc2 = nn.Linear(4 * dimension, dimension)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        return self.fc2(gelu(self.fc1(self.norm(tokens))))


class Block(nn.Module):
    """Attend within windows, mix neighbours, apply the perceptron."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.window = stage.window
        self.attn = Attention(stage)
        self.local_conv = Conv(stage.dimension, stage.dimension, 3, 1, stage.dimension)
        self.mlp = Perceptron(stage.dimension)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape (n, dimension, side, side)."""
        count, dimension, side, _ = maps.shape
        across = side // self.window
        cut = (count, dimension, across, self.window, across, self.window)
        windows = maps.view(cut).permute(0, 2, 4, 3, 5, 1)
        tokens = self.attn(windows.reshape(-1, self.window**2, dimension))
        tokens = tokens.view(windows.shape).permute(0, 5, 1, 3, 2, 4)
        maps = self.local_conv(maps + tokens.reshape(maps.shape))
        tokens = maps.flatten(2).transpose(1, 2)
        tokens = tokens + self.mlp(tokens)
        return tokens.transpose(1, 2).reshape(maps.shape)


class Layer(nn.Module):
    """Hold a stage's blocks, and what leads to the next stage."""

    def __init__(self, stage: Stage, following: Stage | None) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(stage) for _ in range(stage.depth))
        if following:
            self.downsample = Merge(stage.dimension, following.dimension, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Return the stage's maps, with the next stage's channels."""
        for block in self.blocks:
            maps = block(maps)
        return self.downsample(maps) if hasattr(self, "downsample") else maps


class ChannelNorm(nn.Module):
    """Normalize the channels of each pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        centred = maps - maps.mean(1, keepdim=True)
        deviation = (centred.square().mean(1, keepdim=True) + NECK_EPSILON).sqrt()
        return self.weight[:, None, None] * (centred / deviation) + self.bias[:, None, None]


class LaterStages(nn.Module):
    """Map features at stride 8 to those at stride 16.

    The shapes are (n, 128, 56, 56) and (n, 256, 28, 28).
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third = STAGES
        self.layers = nn.ModuleDict(
            {
                "1": nn.ModuleDict({"downsample": Merge(first.dimension, second.dimension, 2)}),
                "2": Layer(second, third),
                "3": Layer(third, None),
            }
        )
        self.neck = nn.Sequential(
            nn.Conv2d(third.dimension, 256, 1, bias=False),
            ChannelNorm(256),
            nn.Conv2d(256, 256, 3, padding=1, bias=False),
            ChannelNorm(256),
        )

    def forward(self, stride8: Tensor) -> Tensor:
        """Return the features at stride 16."""
        maps = self.layers["1"]["downsample"](stride8)
        return self.neck(self.layers["3"](self.layers["2"](maps)))

    def train(self, mode: bool = True) -> "LaterStages":
        """Keep the published statistics of the batch normalizations in either mode."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self
