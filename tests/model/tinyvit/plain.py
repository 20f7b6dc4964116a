"""The layers of encoder and decoder in plain numpy, of maps of shape (channels, side, side)."""

import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tests.model.tinyvit.weights import Tensors

Array: TypeAlias = npt.NDArray[Any]

_POINTS = np.linspace(-6, 6, 48001)
_ERF = np.array([math.erf(point) for point in _POINTS])


def gelu(values: Array) -> Array:
    """Return x · Φ(x); between points of a table that are 1/4000 apart, 1e-8 off at most."""
    result: Array = values * (1 + np.interp(values / math.sqrt(2), _POINTS, _ERF)) / 2
    return result


def convolved(maps: Array, kernel: Array, stride: int = 1) -> Array:
    """Return the convolution, padded by half of the kernel's side; of each channel alone where the
    kernel takes one channel."""
    pad, side = kernel.shape[-1] // 2, -(-maps.shape[-1] // stride)
    wide = np.pad(maps, [(0, 0), (pad, pad), (pad, pad)])
    alone = kernel.shape[1] == 1
    total = np.zeros((len(kernel), side, side))
    for row, column in np.ndindex(kernel.shape[2:]):
        rows, columns = (slice(at, at + (side - 1) * stride + 1, stride) for at in (row, column))
        seen, tap = wide[:, rows, columns], kernel[:, :, row, column]
        total += tap[:, :, np.newaxis] * seen if alone else np.tensordot(tap, seen, 1)
    return total


def biased(maps: Array, tensors: Tensors, name: str) -> Array:
    """Return a convolution with a bias; a linear layer is one of a single pixel."""
    kernel = tensors[f"{name}.weight"]
    kernel = kernel if kernel.ndim == 4 else kernel[:, :, np.newaxis, np.newaxis]
    return convolved(maps, kernel) + column(tensors[f"{name}.bias"])


def layer_norm(tokens: Array, tensors: Tensors, name: str, epsilon: float = 1e-5) -> Array:
    """Normalize the last axis."""
    centred = tokens - tokens.mean(-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
    result: Array = centred / deviation * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]
    return result


def group_norm(maps: Array, tensors: Tensors, name: str, groups: int = 8) -> Array:
    """Normalize `groups` groups of neighbouring channels, each over the whole map."""
    parts = [(part - part.mean()) / np.sqrt(part.var() + 1e-5) for part in np.split(maps, groups)]
    gain, bias = (column(tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
    result: Array = np.concatenate(parts) * gain + bias
    return result


def doubled(maps: Array) -> Array:
    """Return the maps at twice the side, linear between the centres of pixels."""
    for axis in (1, 2):
        before, after = (np.roll(maps, step, axis) for step in (1, -1))
        first, last = ([slice(None)] * 3 for _ in range(2))
        first[axis], last[axis] = slice(0, 1), slice(-1, None)
        before[tuple(first)], after[tuple(last)] = maps[tuple(first)], maps[tuple(last)]
        pair = np.stack([maps * 0.75 + before * 0.25, maps * 0.75 + after * 0.25], axis + 1)
        shape = list(maps.shape)
        shape[axis] *= 2
        maps = pair.reshape(shape)
    return maps


def column(values: Array) -> Array:
    """Return a value for each channel, to go with maps."""
    return values[:, np.newaxis, np.newaxis]
