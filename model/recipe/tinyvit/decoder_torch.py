"""Define the decoder in PyTorch, for the fit: feature maps and the picture become logits."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, interpolate

from model.recipe.tinyvit.sizes import BLOCKS, CHANNELS, EPSILON, GROUPS, WIDTHS


class Block(nn.Module):
    """Add two normalized convolutions of 3 x 3 to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.first_norm = nn.GroupNorm(GROUPS, width, EPSILON)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.second_norm = nn.GroupNorm(GROUPS, width, EPSILON)

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of the same shape."""
        inner = gelu(self.first_norm(self.first(maps)))
        return gelu(maps + self.second_norm(self.second(inner)))


class Level(nn.Module):
    """Join the encoder's map of one stride, the picture and what the coarser level found."""

    def __init__(self, channels: int, width: int, blocks: int, coarser: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, width, 1)
        self.join = nn.Conv2d(width + 3 + coarser, width, 1)
        self.norm = nn.GroupNorm(GROUPS, width, EPSILON)
        self.blocks = nn.ModuleList(Block(width) for _ in range(blocks))

    def forward(self, features: Tensor, picture: Tensor, coarser: Tensor | None) -> Tensor:
        """Return maps of shape (n, width, h, w), as large as `features`."""
        size = features.shape[-2:]
        parts = [self.project(features), picture]
        if coarser is not None:
            parts.append(interpolate(coarser, size, mode="bilinear"))
        maps = gelu(self.norm(self.join(torch.cat(parts, 1))))
        for block in self.blocks:
            maps = block(maps)
        return maps


class Decoder(nn.Module):
    """Map features and the picture to logits of shape (n, 1, h, w) at stride 4.

    The features are at strides 16, 8 and 4, the picture (0..1, RGB) at stride 4.
    """

    def __init__(self) -> None:
        super().__init__()
        coarser = (0, *WIDTHS[:-1])
        self.levels = nn.ModuleList(map(Level, CHANNELS, WIDTHS, BLOCKS, coarser))
        self.whole = nn.Sequential(
            nn.Linear(CHANNELS[0], WIDTHS[0]), nn.GELU(), nn.Linear(WIDTHS[0], WIDTHS[0])
        )
        self.logits = nn.Conv2d(WIDTHS[-1], 1, 3, padding=1)

    def forward(self, features: Sequence[Tensor], picture: Tensor) -> Tensor:
        """Return the logits."""
        centred = (picture - 0.5) * 4
        whole = self.whole(features[0].mean((2, 3)))[:, :, None, None]
        maps: Tensor | None = None
        for index, (level, each) in enumerate(zip(self.levels, features, strict=True)):
            shrunk = interpolate(centred, each.shape[-2:], mode="area")
            maps = level(each, shrunk, maps)
            if index == 0:
                maps = maps + whole
        return self.logits(maps)
