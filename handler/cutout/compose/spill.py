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

from cutout.arrays import Floats, pad_to_multiple
from cutout.compose.soft_blocks import AT_ONCE, BLOCK, Blocks, Indices, Words, channels_of
from cutout.pictures import Alpha

Shares = npt.NDArray[np.float32]
"""Shape (16, blocks), 0..1: the mean alpha around each pixel of a block."""
Means = npt.NDArray[np.float32]
"""Shape (blocks, 4): red, green, blue and 255."""
Chroma = npt.NDArray[np.float32]
"""Shape (..., 3): red, green and blue without their luma."""

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue, as in JPEG (ITU-T T.871)."""
TRIANGLE = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1], np.float32) / 25
"""Weights of the pixels up to four away. Chroma at half the resolution reaches two; cameras and
heavy compression blur it further. Wider weights gain nothing."""
SAME = np.float32(1 / 255)
"""Difference of mean alpha and alpha under which a pixel has no tint."""
LEAST = np.float32(8**2)
"""Squared distance (0..255) of object and background in chroma under which no tint is visible."""


def mean_alpha(alpha: Alpha, blocks: Blocks) -> Shares:
    """Return the mean alpha around each pixel of the soft blocks.

    Beyond the picture its outermost rows and blocks are repeated.
    """
    weights = np.zeros((BLOCK, 3 * BLOCK), np.float32)
    for row in range(BLOCK):
        weights[row, row : row + len(TRIANGLE)] = TRIANGLE
    words = np.ascontiguousarray(pad_to_multiple(alpha, BLOCK)).view(np.uint32)
    shares = np.empty((BLOCK**2, len(blocks.soft)), np.float32)
    for first in range(0, len(blocks.soft), AT_ONCE):
        part = slice(first, first + AT_ONCE)
        near = _neighbourhoods(words, blocks.soft[part]) * np.float32(1 / 255)
        mean = weights @ (near @ weights.T)
        shares[:, part] = mean.reshape(-1, BLOCK**2).T
    return shares


def _neighbourhoods(words: Words, indices: Indices) -> Alpha:
    """Return each block of an alpha, whose rows are `words`, with those around it.

    The shape is (blocks, 12, 12).
    """
    height, width = words.shape
    rows, columns = np.divmod(indices, width)
    down = (rows[:, np.newaxis] * BLOCK + np.arange(-BLOCK, 2 * BLOCK)).clip(0, height - 1)
    across = (columns[:, np.newaxis] + np.arange(-1, 2)).clip(0, width - 1)
    places = down[:, :, np.newaxis] * width + across[:, np.newaxis]
    near: Alpha = words.reshape(-1).take(places).view(np.uint8)
    return near


def remove_spill(pure: Words, mixed: Words, front: Means, back: Means, shares: Shares) -> None:
    """Remove, in place, the background's tint from blocks in straight colour, `pure`.

    `mixed` are the same pixels as they are in the picture, with the alpha. `front` and `back`,
    shape (blocks, 4), are the mean colours of object and background around each block.
    """
    own, line = _chroma(front[:, :3]), _chroma(back[:, :3])
    line -= own
    length = (line**2).sum(axis=-1)
    for row in range(BLOCK**2):
        words, seen, share = pure[row], mixed[row], shares[row]
        alpha = (seen >> 24).astype(np.float32) * np.float32(1 / 255)
        at = np.flatnonzero((np.abs(share - alpha) >= SAME) & (alpha > 0) & (length >= LEAST))
        limits = np.stack([1 - alpha.take(at), 1 - share.take(at)])
        sides = own.take(at, axis=0), line.take(at, axis=0), length.take(at)
        words[at] = _cleaned(words.take(at), seen.take(at), sides, limits)


def _cleaned(
    pure: Words, mixed: Words, sides: tuple[Chroma, Chroma, Floats], limits: Floats
) -> Words:
    """Return pixels without the background's part of their chroma.

    `sides` are the object's chroma, the difference of the background's from it, and the square of
    that difference's length. `limits`, shape (2, pixels), are the least and the largest part of the
    background, in any order.
    """
    own, line, length = sides
    seen = _chroma(channels_of(mixed)[:, :3])
    seen -= own
    share = np.clip((seen * line).sum(axis=-1) / length, limits.min(axis=0), limits.max(axis=0))
    share = share[:, np.newaxis]
    colours = channels_of(pure)[:, :3]
    colours -= _chroma(colours)
    colours += own + (1 - share) * (seen - share * line)  # as in blur fusion
    cleaned = np.empty((len(pure), 4), np.uint8)
    cleaned[:, :3] = np.clip(colours + np.float32(0.5), 0, 255)
    cleaned[:, 3] = pure >> 24
    words: Words = cleaned.view(np.uint32)[:, 0]
    return words


def _chroma(colours: npt.NDArray[np.float32]) -> Chroma:
    chroma: Chroma = colours - (colours @ LUMA)[..., np.newaxis]
    return chroma
