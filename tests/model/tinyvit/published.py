"""TinyViT as the paper and its published code have it, in plain numpy."""

import numpy as np

from tests.model.tinyvit.plain import Array, biased, column, convolved, gelu, layer_norm
from tests.model.tinyvit.weights import HEAD, STAGES, Tensors


def features(tensors: Tensors, picture: Array) -> tuple[Array, Array, Array]:
    """Return the maps at strides 4, 8 and 16 of a picture of shape (3, side, side)."""
    own = {name.removeprefix("image_encoder."): value for name, value in tensors.items()}
    maps = gelu(_normalized(own, picture, "patch_embed.seq.0", 2))
    maps = _normalized(own, maps, "patch_embed.seq.2", 2)
    for block in range(2):
        maps = gelu(_three(own, maps, f"layers.0.blocks.{block}", 1) + maps)
    found = [maps]
    maps = _three(own, maps, "layers.0.downsample", 2)
    for index, (_, depth, window) in enumerate(STAGES, start=1):
        for block in range(depth):
            maps = _block(own, maps, f"layers.{index}.blocks.{block}", window)
        if index == 1:
            found.append(maps)
        if index < len(STAGES):
            stride = {1: 2, 2: 1}[index]
            maps = _three(own, maps, f"layers.{index}.downsample", stride)
    for index in (0, 2):
        maps = convolved(maps, own[f"neck.{index}.weight"])
        maps = _first(layer_norm(_last(maps), own, f"neck.{index + 1}", 1e-6))
    return found[0], found[1], maps


def _normalized(tensors: Tensors, maps: Array, name: str, stride: int = 1) -> Array:
    """Return a convolution and, after it, the batch normalization."""
    weight, bias, mean, variance = (
        column(tensors[f"{name}.bn.{part}"].astype(np.float64))
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    maps = convolved(maps, tensors[f"{name}.c.weight"], stride)
    result: Array = (maps - mean) / np.sqrt(variance + 1e-5) * weight + bias
    return result


def _three(tensors: Tensors, maps: Array, name: str, stride: int) -> Array:
    maps = gelu(_normalized(tensors, maps, f"{name}.conv1"))
    maps = gelu(_normalized(tensors, maps, f"{name}.conv2", stride))
    return _normalized(tensors, maps, f"{name}.conv3")


def _block(tensors: Tensors, maps: Array, name: str, window: int) -> Array:
    maps = maps + _first(_windowed(tensors, _last(maps), f"{name}.attn", window))
    maps = _normalized(tensors, maps, f"{name}.local_conv")
    tokens = layer_norm(_last(maps), tensors, f"{name}.mlp.norm")
    inner = gelu(biased(_first(tokens), tensors, f"{name}.mlp.fc1"))
    return maps + biased(inner, tensors, f"{name}.mlp.fc2")


def _windowed(tensors: Tensors, tokens: Array, name: str, window: int) -> Array:
    """Attend within each window by itself, the last ones filled up with zeros."""
    side = len(tokens)
    spare = -side % window
    wide = np.pad(tokens, [(0, spare), (0, spare), (0, 0)])
    result = np.empty_like(wide)
    for top in range(0, len(wide), window):
        for left in range(0, len(wide), window):
            place = slice(top, top + window), slice(left, left + window)
            inside = wide[place].reshape(window**2, -1)
            result[place] = _attended(tensors, inside, name, window).reshape(window, window, -1)
    return result[:side, :side]


def _attended(tensors: Tensors, tokens: Array, name: str, window: int) -> Array:
    normal = layer_norm(tokens, tensors, f"{name}.norm")
    every = normal @ tensors[f"{name}.qkv.weight"].T + tensors[f"{name}.qkv.bias"]
    rows, columns = np.divmod(np.arange(window**2), window)
    apart = [np.abs(each[:, np.newaxis] - each) for each in (rows, columns)]
    heads = []
    for head, table in enumerate(tensors[f"{name}.attention_biases"]):
        query, key, value = np.split(every[:, 3 * HEAD * head : 3 * HEAD * (head + 1)], 3, 1)
        scores = np.exp(query @ key.T / np.sqrt(HEAD) + table[window * apart[0] + apart[1]])
        heads.append(scores / scores.sum(1, keepdims=True) @ value)
    mixed = np.concatenate(heads, 1)
    result: Array = mixed @ tensors[f"{name}.proj.weight"].T + tensors[f"{name}.proj.bias"]
    return result


def _last(maps: Array) -> Array:
    return maps.transpose(1, 2, 0)


def _first(tokens: Array) -> Array:
    return tokens.transpose(2, 0, 1)
