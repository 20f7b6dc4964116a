"""Remove the background's tint that coarse chroma carries across an object's edge.

Most JPEGs, and all lossy WebPs, store colours at half the resolution of brightness, and cameras
blur them further. Within four pixels of an edge even opaque pixels have a tint of what is behind
the object: a white shirt on red cloth gets a pink rim.

How much of the background's chroma a pixel can have at most follows from the alpha around it. How
much it has is read from its own chroma, as the share of the way from the object's colour nearby to
the background's. Its brightness is left as it is.
"""

import numpy as np
import numpy.typing as npt

from cutout.arrays import pad_to_multiple
from cutout.compose.soft_blocks import BLOCK, Blocks, Indices, Words
from cutout.pictures import Alpha

Shares = npt.NDArray[np.float32]
"""Shape (16, blocks), 0..1: the mean alpha around each pixel of a block."""
Chroma = npt.NDArray[np.float32]
"""Shape (..., 3): red, green and blue without their luma."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue, as in JPEG (ITU-T T.871)."""
TRIANGLE = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1], np.float32) / 25
"""Weights of the pixels within a block's side, twice the reach of chroma at half the resolution:
cameras and heavy compression blur it further. Wider ones gain nothing more."""
LEAST = np.float32(8**2)
"""Squared distance (0..255) of object and background in chroma under which no tint is visible."""
AT_ONCE = 4096
"""Blocks processed at once, so that intermediate values stay in the processor's cache."""


def mean_alpha(alpha: Alpha, blocks: Blocks) -> Shares:
    """Return the mean alpha around each pixel of the soft blocks.

    Beyond the picture its outermost blocks are repeated.
    """
    height, width = blocks.opaque.shape
    tiled = pad_to_multiple(alpha, BLOCK).reshape(height, BLOCK, width, BLOCK).swapaxes(1, 2)
    weights = np.zeros((BLOCK, 3 * BLOCK), np.float32)
    for row in range(BLOCK):
        weights[row, row : row + len(TRIANGLE)] = TRIANGLE
    shares = np.empty((BLOCK**2, len(blocks.soft)), np.float32)
    for first in range(0, len(blocks.soft), AT_ONCE):
        part = slice(first, first + AT_ONCE)
        near = _neighbourhoods(tiled, blocks.soft[part]) * np.float32(1 / 255)
        mean = weights @ (near @ weights.T)
        shares[:, part] = mean.reshape(-1, BLOCK**2).T
    return shares


def _neighbourhoods(tiled: Alpha, indices: Indices) -> Alpha:
    """Return each block with the eight around it, shape (blocks, 12, 12)."""
    rows, columns = np.divmod(indices, tiled.shape[1])
    near = np.empty((len(indices), 3, BLOCK, 3, BLOCK), np.uint8)
    for down in range(3):
        row = (rows + down - 1).clip(0, tiled.shape[0] - 1)
        for across in range(3):
            column = (columns + across - 1).clip(0, tiled.shape[1] - 1)
            near[:, down, :, across] = tiled[row, column]
    return near.reshape(-1, 3 * BLOCK, 3 * BLOCK)


def remove_spill(pure: Words, mixed: Words, front: Chroma, back: Chroma, shares: Shares) -> None:
    """Remove, in place, the background's tint from blocks in straight colour, `pure`.

    `mixed` are the same pixels as they are in the picture, with the alpha. `front` and `back`,
    shape (blocks, 4), are the mean colours of object and background around each block.
    """
    for first in range(0, pure.shape[1], AT_ONCE):
        ends = first, first + AT_ONCE
        own, other = (_chroma(each[slice(*ends), :3]) for each in (front, back))
        found = first + np.flatnonzero(((other - own) ** 2).sum(axis=-1) >= LEAST)
        if len(found):
            own, other = own[found - first], other[found - first]
            pure[:, found] = _cleaned(
                pure[:, found], mixed[:, found], (own, other), shares[:, found]
            )


def _cleaned(pure: Words, mixed: Words, sides: tuple[Chroma, Chroma], shares: Shares) -> Words:
    own, other = sides
    seen, alpha = _chroma(_colours(mixed)), (mixed >> 24) * np.float32(1 / 255)
    line = other - own
    spilled = ((seen - own) * line).sum(axis=-1) / (line**2).sum(axis=-1)
    least, most = np.minimum(1 - alpha, 1 - shares), np.maximum(1 - alpha, 1 - shares)
    share = (1 - np.clip(spilled, least, most))[..., np.newaxis]
    colours = _colours(pure)
    colours -= _chroma(colours)
    colours += own + share * (seen - share * own - (1 - share) * other)  # as in blur fusion
    bytes_ = np.empty((*pure.shape, 4), np.uint8)
    bytes_[..., :3] = np.clip(colours + np.float32(0.5), 0, 255)
    bytes_[..., 3] = pure >> 24
    words: Words = bytes_.view(np.uint32)[..., 0] * (pure > 0)
    return words


def _chroma(colours: npt.NDArray[np.float32]) -> Chroma:
    chroma: Chroma = colours - (colours @ LUMA)[..., np.newaxis]
    return chroma


def _colours(words: Words) -> npt.NDArray[np.float32]:
    """Return red, green and blue along a new last axis."""
    channels = np.ascontiguousarray(words).view(np.uint8).reshape(*words.shape, 4)
    return channels[..., :3].astype(np.float32)
