"""The object's own colours at its edges.

A soft pixel's colour is a mixture, a share of the object and the rest of what was behind it, so
that on another background the old one shines through as a fringe. Object and background nearby are
averaged apart, weighted by how surely a pixel is one or the other, and what is left of the mixture
when they are put together again goes to the object by its share, as in "blur fusion" (Forte and
Pitié, "Approximate Fast Foreground Colour Estimation", ICIP 2021). Their two blurs of fixed radius
are a pyramid here.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.compose.blocks import BLOCK, Blocks, Flags, Words
from cutout.compose.pyramid import Means, Sums, means_at

ALPHA = np.uint32(0xFF000000)
FOURFOLD = 0x01010101  # times a byte: the byte, once for each channel
SHARES = (np.linspace(0, 1, 256) ** 6).astype(np.float32)  # half transparent: a 64th
WEIGHTS = np.repeat(SHARES[:, np.newaxis] / np.float32(BLOCK**2), 4, axis=1)
AT_ONCE = 4096
"""Blocks: what is worked out for them stays in the processor's cache."""

Channels = npt.NDArray[np.float32]
"""Shape (..., 4), 0..255."""


def restore_colours(mixed: Words, colour: Image.Image, blocks: Blocks) -> Words:
    """The pixels of the soft blocks, shape (16, blocks), straight colour: where they are neither
    opaque nor empty, the object's own. Where nothing shows, zero. `mixed` are the same as they are
    in the picture, `colour`, with its alpha."""
    front, back = _near_colours(mixed, colour, blocks)
    pure = np.empty_like(mixed)
    for part in _parts(mixed):
        pure[:, part] = _unmixed(mixed[:, part], front[part], back[part])
    return pure


def _parts(mixed: Words) -> list[slice]:
    return [slice(first, first + AT_ONCE) for first in range(0, mixed.shape[1], AT_ONCE)]


def _unmixed(mixed: Words, front: Means, back: Means) -> Words:
    """Blur fusion's last step."""
    share = _bytes(np.multiply(mixed >> 24, FOURFOLD, dtype=np.uint32))
    share *= np.float32(1 / 255)
    pure = _bytes(mixed)  # in place, front + share * (mixed - share * front - (1 - share) * back)
    pure -= back
    pure -= share * (front - back)
    pure *= share
    pure += front + np.float32(0.5)
    whole = np.clip(pure, 0, 255, out=pure).astype(np.uint8).view(np.uint32)[..., 0]
    words: Words = (whole & ~ALPHA | mixed & ALPHA) * (mixed > ~ALPHA)
    return words


def _near_colours(mixed: Words, colour: Image.Image, blocks: Blocks) -> tuple[Means, Means]:
    """Of the object and of the background around each soft block."""
    mean = np.frombuffer(colour.reduce(BLOCK).tobytes("raw", "RGBX"), np.uint32) | ALPHA
    sums = np.empty((2, len(blocks.soft), 4), np.float32)
    for part in _parts(mixed):
        pixels = _bytes(mixed[:, part])
        share = mixed[:, part] >> 24
        pixels[..., 3] = 255
        for side, weights in enumerate((WEIGHTS, WEIGHTS[::-1])):
            sums[side, part] = (pixels * weights.take(share, axis=0)).sum(axis=0)
    front, back = (
        means_at(blocks.soft, _everywhere(own, mean, whole, blocks))
        for own, whole in zip(sums, (blocks.opaque, blocks.empty), strict=True)
    )
    return front, back


def _everywhere(soft: Sums, mean: Words, whole: Flags, blocks: Blocks) -> Sums:
    """The soft blocks' sums among those of all others, of which the `whole` ones count."""
    sums = _bytes(mean.reshape(whole.shape) * whole)
    sums.reshape(-1, 4)[blocks.soft] = soft
    return sums


def _bytes(words: Words) -> Channels:
    """Red, green, blue and alpha apart, along another axis."""
    channels = np.ascontiguousarray(words).view(np.uint8).reshape(*words.shape, 4)
    return channels.astype(np.float32)
