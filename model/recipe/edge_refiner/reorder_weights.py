"""Reorder a layer's weights over pixels for a graph over blocks. Every function is exact."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from model.recipe.edge_refiner.quantized_layers import Layer

LARGEST = 63  # in seven bits


def block_kernel(layer: Layer, block: int) -> Layer:
    """Turn a layer over pixels with a stride of `block` into the equal one over blocks.

    The shape (out, planes, 3 · block, 3 · block) becomes (out, planes · block², 3, 3), by plane,
    row and column.
    """
    out = len(layer.weight)
    apart = layer.weight.reshape(out, -1, 3, block, 3, block)
    return replace(layer, weight=apart.transpose(0, 1, 3, 5, 2, 4).reshape(out, -1, 3, 3))


def with_planes(layer: Layer, weight: npt.NDArray[np.float32], copies: int) -> Layer:
    """Add input planes with the fp32 `weight` (out, planes, 3, 3), each `copies` times.

    The sum of several seven-bit weights reaches further than one at the same step. Raise
    `ValueError` where it doesn't reach far enough.
    """
    whole = np.rint(weight / layer.scale[:, np.newaxis, np.newaxis, np.newaxis])
    if np.abs(whole).max() > copies * LARGEST:
        raise ValueError(f"weights up to {np.abs(whole).max():.0f} don't fit {copies} copies")
    parts = [np.clip(whole - LARGEST * copy, 0, LARGEST) for copy in range(copies)]
    parts = [part - np.clip(-whole - LARGEST * copy, 0, LARGEST) for copy, part in enumerate(parts)]
    weights = [layer.weight, *(part.astype(np.int8) for part in parts)]
    return replace(layer, weight=np.concatenate(weights, 1))


def lifted(layer: Layer, by: float) -> Layer:
    """Correct the bias for inputs that are too low by `by` steps of a byte."""
    sums = layer.weight.sum((1, 2, 3), dtype=np.int64)
    return replace(layer, bias=layer.bias + np.rint(sums * by).astype(np.int32))


def by_pixel(layer: Layer, block: int) -> Layer:
    """Order the outputs of a block's pixels by pixel rather than by channel."""
    order = np.arange(len(layer.weight)).reshape(-1, block**2).T.ravel()
    return replace(
        layer, weight=layer.weight[order], scale=layer.scale[order], bias=layer.bias[order]
    )


def in_squares(layer: Layer) -> Layer:
    """Turn a 3 x 3 convolution with 2 x 2 output pixels for each place into a 4 x 4 one.

    The new one has a stride of 2 and gives the 4 x 4 pixels of four places, row by row: sixteen
    outputs fill a register that four leave mostly empty.
    """
    kernel = layer.weight.reshape(2, 2, -1, 3, 3)  # row and column of the pixel
    weight = np.zeros((2, 2, 2, 2, kernel.shape[2], 4, 4), np.int8)  # place's row, pixel's row, ...
    for row, column in np.ndindex(2, 2):
        weight[row, :, column, :, :, row : row + 3, column : column + 3] = kernel
    scale = np.broadcast_to(layer.scale.reshape(1, 2, 1, 2), (2, 2, 2, 2)).ravel()
    bias = np.broadcast_to(layer.bias.reshape(1, 2, 1, 2), (2, 2, 2, 2)).ravel()
    return replace(layer, weight=weight.reshape(16, -1, 4, 4), scale=scale, bias=bias)
