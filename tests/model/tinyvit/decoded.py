"""The decoder of `model.recipe.tinyvit.decoder_torch` in plain numpy."""

from collections.abc import Sequence

import numpy as np

from tests.model.tinyvit.plain import Array, biased, column, doubled, gelu, group_norm
from tests.model.tinyvit.weights import LEVELS, Tensors


def logits(weights: Tensors, features: Sequence[Array], picture: Array) -> Array:
    """Return logits, shape (side / 4, side / 4), of the maps at strides 4, 8 and 16 and a picture
    of shape (3, side, side), -2..2."""
    maps: Array | None = None
    for index, (feature, (*_, blocks, _)) in enumerate(zip(features[::-1], LEVELS, strict=True)):
        name = f"levels.{index}"
        parts = [biased(feature, weights, f"{name}.project"), _shrunk(picture, feature.shape[-1])]
        parts += [] if maps is None else [doubled(maps)]
        joined = biased(np.concatenate(parts), weights, f"{name}.join")
        maps = gelu(group_norm(joined, weights, f"{name}.norm"))
        for block in range(blocks):
            maps = _block(maps, weights, f"{name}.blocks.{block}")
        if index == 0:
            maps = maps + _whole(feature, weights)
    assert maps is not None
    result: Array = biased(maps, weights, "logits")[0]
    return result


def _block(maps: Array, weights: Tensors, name: str) -> Array:
    inner = gelu(group_norm(biased(maps, weights, f"{name}.first"), weights, f"{name}.first_norm"))
    inner = group_norm(biased(inner, weights, f"{name}.second"), weights, f"{name}.second_norm")
    return gelu(maps + inner)


def _whole(feature: Array, weights: Tensors) -> Array:
    mean = column(feature.mean((1, 2)))
    return biased(gelu(biased(mean, weights, "whole.0")), weights, "whole.2")


def _shrunk(picture: Array, side: int) -> Array:
    size = picture.shape[-1] // side
    means: Array = picture.reshape(3, side, size, side, size).mean((2, 4))
    return means
