"""Restore the object's own colours at its edges.

A soft pixel's colour is a mixture of the object and of what was behind it, so that on another
background the old one shines through as a fringe. The colours of object and background nearby are
averaged apart, weighted by how surely a pixel is one or the other. What remains of the mixture when
they are put together again goes to the object by its share, as in "blur fusion" (Forte and Pitié,
"Approximate Fast Foreground Colour Estimation", ICIP 2021).

Their two blurs of fixed radius are a pyramid here, of blocks twice as large from level to level, as
in Germer et al., "Fast Multi-Level Foreground Estimation" (ICPR 2020): a level is used as far as it
has data, the next coarser one for the rest. The two finest are computed only where something is
soft.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.compose.soft_blocks import AT_ONCE, BLOCK, Blocks, Flags, Indices, Words, channels_of
from cutout.compose.spill import Shares, remove_spill

Sums = npt.NDArray[np.float32]
"""Shape (..., 4), over blocks: the mean of red, green, blue and 255, each times its pixel's weight
of 0..1."""
Means = npt.NDArray[np.float32]
"""Shape (..., 4): red, green, blue and 255."""

MINIMUM = np.float32(0.1)
"""Weight below which a level gives way to the coarser one."""
NOTHING = np.float32(1e-30)
"""Minimum sum of weights in a division, so that none is by zero."""
SMALLEST = 4
"""Maximum blocks along the longer side of the coarsest level."""


def means_at(indices: Indices, sums: Sums) -> Means:
    """Return the mean colours at some blocks of the finest level, shape (indices, 4)."""
    width = sums.shape[1]
    rows, columns = np.divmod(indices, width)
    coarser = _halved(sums)
    larger = np.zeros(coarser.shape[:2], np.bool_)
    larger[rows // 2, columns // 2] = True
    wanted = np.flatnonzero(larger)
    found = np.empty(coarser.shape, np.float32)
    found.reshape(-1, 4)[wanted] = _at(wanted, coarser, _every_mean(_halved(coarser)))
    wide = found.reshape(-1, 4).take(rows // 2 * coarser.shape[1] + columns // 2, axis=0)
    return _blended(_around(indices, sums), wide)


def _at(indices: Indices, sums: Sums, coarser: Means) -> Means:
    """Return a level's means at some of its blocks; `coarser` is known everywhere."""
    rows, columns = np.divmod(indices, sums.shape[1])
    near, side = (rows // 2, columns // 2), (rows % 2 * 2 - 1, columns % 2 * 2 - 1)
    far = [
        (at + to).clip(0, length - 1)
        for at, to, length in zip(near, side, coarser.shape[:2], strict=True)
    ]
    flat, width = coarser.reshape(-1, 4), coarser.shape[1]
    wide: Means = np.zeros((len(indices), 4), np.float32)
    for y, down in ((near[0], 0.75), (far[0], 0.25)):
        for x, across in ((near[1], 0.75), (far[1], 0.25)):
            wide += flat.take(y * width + x, axis=0) * np.float32(down * across)
    return _blended(_around(indices, sums), wide)


def _around(indices: Indices, sums: Sums) -> Sums:
    """Return the mean of 3 x 3 blocks around each index, repeating the border."""
    flat, (height, width) = sums.reshape(-1, 4), sums.shape[:2]
    rows, columns = np.divmod(indices, width)
    mean: Sums = np.zeros((len(indices), 4), np.float32)
    for down in (-1, 0, 1):
        start = (rows + down).clip(0, height - 1) * width
        for across in (-1, 0, 1):
            mean += flat.take(start + (columns + across).clip(0, width - 1), axis=0)
    mean /= np.float32(9)
    return mean


def _every_mean(sums: Sums) -> Means:
    """Return the mean colour at every block of a level."""
    if max(sums.shape[:2]) <= SMALLEST:
        total = sums.sum(axis=(0, 1))
        mean = total * np.float32(255) / max(total[3], NOTHING)
        mean[3] = 255
        wide: Means = np.broadcast_to(mean, sums.shape)
    else:
        wide = _doubled(_every_mean(_halved(sums)))[: sums.shape[0], : sums.shape[1]]
    return _blended(_blurred(sums), wide)


def _blended(own: Sums, wide: Means) -> Means:
    """Return a level's mean by its weight, and a coarser one's for the rest.

    The fourth channel is the sum of weights, so that dividing by it leaves 255.
    """
    blended: Means = own + MINIMUM * wide
    blended *= np.float32(255) / blended[..., 3:]
    return blended


def _halved(sums: Sums) -> Sums:
    height, width = sums.shape[:2]
    if height % 2 or width % 2:
        sums = np.pad(sums, ((0, height % 2), (0, width % 2), (0, 0)))
    pairs = sums[0::2] + sums[1::2]
    halved: Sums = pairs[:, 0::2] + pairs[:, 1::2]
    halved *= np.float32(0.25)
    return halved


def _blurred(sums: Sums) -> Sums:
    """Return the mean of 3 x 3 blocks around each block, repeating the border."""
    wide = np.pad(sums, ((1, 1), (1, 1), (0, 0)), "edge")
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    mean: Sums = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _doubled(means: Means) -> Means:
    """Upscale bilinearly to twice the size."""
    for axis in (0, 1):
        along = np.moveaxis(means, axis, 0)
        near = along * np.float32(0.75)
        far = np.concatenate([along[:1], along, along[-1:]]) * np.float32(0.25)
        between = np.stack([near + far[:-2], near + far[2:]], axis=1)
        means = np.moveaxis(between.reshape(-1, *along.shape[1:]), 0, axis)
    return means


ALPHA = np.uint32(0xFF000000)
FOURFOLD = 0x01010101  # times a byte: the byte, once for each channel
SHARES = (np.linspace(0, 1, 256) ** 6).astype(np.float32)  # half transparent: a 64th
WEIGHTS = np.repeat(SHARES[:, np.newaxis] / np.float32(BLOCK**2), 4, axis=1)


def restore_colours(
    mixed: Words, colour: Image.Image, blocks: Blocks, chroma: Shares | None = None
) -> Words:
    """Return the soft blocks in straight colour, shape (16, blocks).

    Soft pixels get the object's own colour, pixels with zero alpha are zero. `mixed` are the same
    pixels as they are in the picture, `colour`, with the alpha. With the mean alpha around each
    pixel, `chroma`, the background's tint is removed from opaque pixels as well.
    """
    front, back = _near_colours(mixed, colour, blocks)
    pure = np.empty_like(mixed)
    for part in _parts(mixed):
        pure[:, part] = _unmixed(mixed[:, part], front[part], back[part])
    if chroma is not None:
        remove_spill(pure, mixed, front, back, chroma)
    return pure


def _parts(mixed: Words) -> list[slice]:
    return [slice(first, first + AT_ONCE) for first in range(0, mixed.shape[1], AT_ONCE)]


def _unmixed(mixed: Words, front: Means, back: Means) -> Words:
    """Apply the last step of blur fusion."""
    share = channels_of(np.multiply(mixed >> 24, FOURFOLD, dtype=np.uint32))
    share *= np.float32(1 / 255)
    # in place, front + share * (mixed - share * front - (1 - share) * back)
    pure = channels_of(mixed)
    pure -= back
    pure -= share * (front - back)
    pure *= share
    pure += front + np.float32(0.5)
    whole = np.clip(pure, 0, 255, out=pure).astype(np.uint8).view(np.uint32)[..., 0]
    words: Words = (whole & ~ALPHA | mixed & ALPHA) * (mixed > ~ALPHA)
    return words


def _near_colours(mixed: Words, colour: Image.Image, blocks: Blocks) -> tuple[Means, Means]:
    """Return the mean colours of the object and of the background around each soft block."""
    mean = np.frombuffer(colour.reduce(BLOCK).tobytes("raw", "RGBX"), np.uint32) | ALPHA
    sums = np.empty((2, len(blocks.soft), 4), np.float32)
    for part in _parts(mixed):
        pixels = channels_of(mixed[:, part])
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
    """Return the sums of all blocks: the soft ones', and those of blocks that are `whole`."""
    sums = channels_of(mean.reshape(whole.shape) * whole)
    sums.reshape(-1, 4)[blocks.soft] = soft
    return sums
