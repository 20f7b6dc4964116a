"""Weights drawn at random, under the names and in the shapes of the published encoder and of our
decoder."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Tensors: TypeAlias = dict[str, Array]

STAGES = ((128, 2, 7), (160, 6, 14), (320, 2, 7))
"""Channels, blocks and windows of the stages of attention, by the paper."""
HEAD = 32
LEVELS = ((256, 48, 2, 0), (128, 32, 1, 48), (64, 16, 1, 32))
"""Of the decoder, coarse to fine: channels in, width, blocks, width of the coarser level."""


def encoder_tensors(seed: int = 0) -> Tensors:
    """Return tensors as ``mobile_sam.pt`` has them, the SAM decoder's left out."""
    rng = np.random.default_rng(seed)
    tensors = dict(_encoder(rng))
    return {f"image_encoder.{name}": value.astype(np.float32) for name, value in tensors.items()}


def decoder_weights(seed: int = 0) -> Tensors:
    """Return the decoder's tensors."""
    rng = np.random.default_rng(seed)
    tensors: Tensors = {}
    for index, (channels, width, blocks, coarser) in enumerate(LEVELS):
        name = f"levels.{index}"
        tensors |= _biased(rng, f"{name}.project", width, channels, 1, 1)
        tensors |= _biased(rng, f"{name}.join", width, width + 3 + coarser, 1, 1)
        tensors |= _scales(rng, f"{name}.norm", width)
        for block in range(blocks):
            for part in ("first", "second"):
                inner = f"{name}.blocks.{block}.{part}"
                tensors |= _biased(rng, inner, width, width, 3, 3)
                tensors |= _scales(rng, f"{inner}_norm", width)
    tensors |= _biased(rng, "whole.0", 48, 256)
    tensors |= _biased(rng, "whole.2", 48, 48)
    tensors |= _biased(rng, "logits", 1, 16, 3, 3)
    return {name: value.astype(np.float32) for name, value in tensors.items()}


def _encoder(rng: np.random.Generator) -> Iterator[tuple[str, Array]]:
    yield from _normalized(rng, "patch_embed.seq.0", 32, 3, 3)
    yield from _normalized(rng, "patch_embed.seq.2", 64, 32, 3)
    for block in range(2):
        yield from _three(rng, f"layers.0.blocks.{block}", 64, 256, 64)
    yield from _three(rng, "layers.0.downsample", 64, 128, 128)
    for index, (dimension, depth, window) in enumerate(STAGES, start=1):
        for block in range(depth):
            yield from _block(rng, f"layers.{index}.blocks.{block}", dimension, window)
        if index < len(STAGES):
            following = STAGES[index][0]
            yield from _three(rng, f"layers.{index}.downsample", dimension, following, following)
    yield "neck.0.weight", _spread(rng, 256, 320, 1, 1)
    yield from _scales(rng, "neck.1", 256).items()
    yield "neck.2.weight", _spread(rng, 256, 256, 3, 3)
    yield from _scales(rng, "neck.3", 256).items()


def _block(
    rng: np.random.Generator, name: str, dimension: int, window: int
) -> Iterator[tuple[str, Array]]:
    yield f"{name}.attn.attention_biases", rng.standard_normal((dimension // HEAD, window**2))
    yield from _scales(rng, f"{name}.attn.norm", dimension).items()
    yield from _biased(rng, f"{name}.attn.qkv", 3 * dimension, dimension).items()
    yield from _biased(rng, f"{name}.attn.proj", dimension, dimension).items()
    yield from _normalized(rng, f"{name}.local_conv", dimension, 1, 3)
    yield from _scales(rng, f"{name}.mlp.norm", dimension).items()
    yield from _biased(rng, f"{name}.mlp.fc1", 4 * dimension, dimension).items()
    yield from _biased(rng, f"{name}.mlp.fc2", dimension, 4 * dimension).items()


def _three(
    rng: np.random.Generator, name: str, inputs: int, inner: int, outputs: int
) -> Iterator[tuple[str, Array]]:
    """Draw convolutions that widen, mix neighbours, and mix channels."""
    yield from _normalized(rng, f"{name}.conv1", inner, inputs, 1)
    yield from _normalized(rng, f"{name}.conv2", inner, 1, 3)
    yield from _normalized(rng, f"{name}.conv3", outputs, inner, 1)


def _normalized(
    rng: np.random.Generator, name: str, outputs: int, inputs: int, side: int
) -> Iterator[tuple[str, Array]]:
    """Draw a convolution and its batch normalization."""
    yield f"{name}.c.weight", _spread(rng, outputs, inputs, side, side)
    yield from _scales(rng, f"{name}.bn", outputs).items()
    yield f"{name}.bn.running_mean", rng.normal(0, 0.2, outputs)
    yield f"{name}.bn.running_var", rng.uniform(0.5, 2, outputs)
    yield f"{name}.bn.num_batches_tracked", np.array(1)


def _scales(rng: np.random.Generator, name: str, width: int) -> Tensors:
    weight, bias = rng.uniform(0.5, 1.5, width), rng.normal(0, 0.2, width)
    return {f"{name}.weight": weight, f"{name}.bias": bias}


def _biased(rng: np.random.Generator, name: str, *shape: int) -> Tensors:
    return {f"{name}.weight": _spread(rng, *shape), f"{name}.bias": rng.normal(0, 0.2, shape[0])}


def _spread(rng: np.random.Generator, *shape: int) -> Array:
    """Draw weights that neither raise nor lower the spread of what they are given."""
    weights: Array = rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))
    return weights
