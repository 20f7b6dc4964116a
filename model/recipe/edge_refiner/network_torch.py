"""Define the network in PyTorch: a picture and its coarse alpha become the fine alpha.

A local alpha is computed, not learnt: the alpha that each pixel would have if object and background
had one colour each nearby, which are means weighted by the coarse alpha. The network learns how far
to trust it. Most layers work on blocks of 4 x 4 pixels, where a 3 x 3 convolution reaches as far as
the coarse alpha errs, at a sixteenth of the cost; the last work on blocks of 2 x 2.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, pixel_shuffle, pixel_unshuffle, relu

from model.recipe.edge_refiner.sizes import (
    ALIKE,
    BLOCK,
    DILATIONS,
    FAINT,
    FINE_IN,
    FINE_WIDTH,
    PLANES,
    SURE,
    WIDTH,
    WINDOWS,
)


class EdgeRefiner(nn.Module):
    """Map (n, 4, h, w), in 0..1, to (n, 1, h, w), about 0..1; h and w are multiples of 4."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(BLOCK**2 * PLANES + len(WINDOWS), WIDTH, 3, padding=1)
        self.middle = nn.ModuleList(
            nn.Conv2d(WIDTH, WIDTH, 3, padding=each, dilation=each) for each in DILATIONS
        )
        self.rise = nn.Conv2d(WIDTH, 4 * FINE_IN, 1)
        self.fine = nn.Conv2d(FINE_IN + 4 * PLANES, FINE_WIDTH, 3, padding=1)
        self.leave = nn.Conv2d(FINE_WIDTH, 4, 3, padding=1)

    def forward(self, data: Tensor) -> Tensor:
        """Return the alpha, not clipped to 0..1 yet."""
        blocks = pixel_unshuffle(data, BLOCK)
        guesses, contrasts = local_alphas(blocks)
        hidden = relu(self.enter(torch.cat([blocks, *guesses, *contrasts], 1) - 0.5))
        for convolution in self.middle:
            hidden = relu(hidden + convolution(hidden))
        risen = relu(pixel_shuffle(self.rise(hidden), 2))
        planes = torch.cat([data, *(pixel_shuffle(each, BLOCK) for each in guesses)], 1)
        fine = relu(self.fine(torch.cat([risen, pixel_unshuffle(planes - 0.5, 2)], 1)))
        return data[:, 3:] + pixel_shuffle(self.leave(fine), 2)


def local_alphas(blocks: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return, for each window, a block's local alphas and the distance of the two local colours.

    The alphas are those of the block's 16 pixels on the line between the two colours.
    """
    pixels, alpha = blocks.unflatten(1, (4, BLOCK**2)).split((3, 1), 1)
    object_, background = alpha**SURE, (1 - alpha) ** SURE
    weighted = torch.cat([pixels * object_, object_, pixels * background, background], 1)
    sums = weighted.mean(2)
    guesses, contrasts = [], []
    for side in WINDOWS:
        front, front_share, back, back_share = window(sums, side).split((3, 1, 3, 1), 1)
        back = back / (back_share + FAINT)
        line = front / (front_share + FAINT) - back
        length = (line * line).sum(1, keepdim=True)
        line = line / (length + ALIKE)
        along = (pixels * line.unsqueeze(2)).sum(1) - (back * line).sum(1, keepdim=True)
        guesses.append(along.clamp(-0.5, 1.5))
        contrasts.append(length.sqrt())
    return guesses, contrasts


def window(sums: Tensor, side: int) -> Tensor:
    """Return means over `side` x `side` blocks, with zeros beyond the border."""
    reach = side // 2
    rows = avg_pool2d(sums, (side, 1), 1, (reach, 0))
    return avg_pool2d(rows, (1, side), 1, (0, reach))
