"""The object's own colours at its edges.

A soft pixel's colour is a mixture, a share of the object and the rest of what was behind it, so
that on another background the old one shines through as a fringe. Object and background nearby are
averaged apart, weighted by how surely a pixel is one or the other, and what is left of the mixture
when they are put together again goes to the object by its share, as in "blur fusion" (Forte and
Pitié, "Approximate Fast Foreground Colour Estimation", ICIP 2021). Their two blurs of fixed radius
are a pyramid here (as in Germer et al., "Fast Multi-Level Foreground Estimation", ICPR 2020): a
level is asked as far as it has anything to say, the next coarser one for the rest, and the finest,
blocks of 4 x 4 pixels, is worked out only where something is soft.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from handler.pictures import Alpha, Pixels
from handler.stripes import stripes

Sums = npt.NDArray[np.float32]
"""Shape (..., 4): red, green and blue, each times its weight, and the weight."""
Means = npt.NDArray[np.float32]
"""Shape (..., 3): red, green and blue, 0..255."""

BLOCK = 4  # pixels a side, as many as the bytes of a word
FULL = np.uint32(0xFFFFFFFF)  # four opaque pixels
WEIGHTS = (np.linspace(0, 1, 256) ** 6).astype(np.float32)  # half transparent: a 64th
MINIMUM = np.float32(0.1)  # weight below which a level leaves the say to the coarser one
NOTHING = np.float32(1e-30)
SMALLEST = 4  # blocks a side of the coarsest level, at least


def restore_colours(pixels: Pixels, colour: Image.Image, alpha: Alpha) -> None:
    """Changes the colours of `pixels`, straight RGBA, in place: where `alpha` is neither 0 nor 255,
    to the object's own. `colour` is the picture, in mode RGB."""
    rows, columns = _soft_blocks(alpha)
    if not len(rows):
        return
    object_, background = _sums(colour, alpha, rows, columns)
    front, back = (_means(each, rows, columns) for each in (object_, background))
    place = np.zeros(object_.shape[:2], np.int32)
    place[rows, columns] = np.arange(len(rows))
    for stripe in stripes(len(alpha)):
        part = alpha[stripe]
        y, x = np.nonzero((part > 0) & (part < 255))
        nearest = place[(y + stripe.start) // BLOCK, x // BLOCK]
        share = part[y, x, np.newaxis] * np.float32(1 / 255)
        soft = pixels[stripe][y, x, :3]
        pure = _unmixed(soft, share, front[nearest], back[nearest])
        pixels[stripe.start + y, x, :3] = pure


def _unmixed(mixed: Pixels, share: Means, front: Means, back: Means) -> Pixels:
    """Blur fusion's last step, for colours of shape (n, 3) and shares of (n, 1)."""
    rest = mixed - share * front - (1 - share) * back
    pure = front + share * rest
    clipped: Pixels = np.clip(pure + np.float32(0.5), 0, 255).astype(np.uint8)
    return clipped


def _blocks(stripe: Pixels) -> Pixels:
    """Rows of a picture, with their last row and column repeated to whole blocks."""
    short = [(-length) % BLOCK for length in stripe.shape[:2]]
    if not any(short):
        return stripe
    return np.pad(stripe, [(0, each) for each in short] + [(0, 0)] * (stripe.ndim - 2), "edge")


def _uniform(alpha: Alpha) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Of each block of whole ones, whether all of it is opaque and whether none of it shows."""
    words = np.ascontiguousarray(alpha).view(np.uint32)
    first, second, third, fourth = (words[start::BLOCK] for start in range(BLOCK))
    return (first & second & third & fourth) == FULL, (first | second | third | fourth) == 0


def _soft_blocks(alpha: Alpha) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of the blocks that are neither opaque nor empty, in reading order."""
    found = [
        (rows + stripe.start // BLOCK, columns)
        for stripe in stripes(len(alpha))
        for rows, columns in [np.nonzero(~np.logical_or(*_uniform(_blocks(alpha[stripe]))))]
    ]
    rows, columns = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(columns)


def _sums(
    colour: Image.Image,
    alpha: Alpha,
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
) -> tuple[Sums, Sums]:
    """Of each block, the mean over its pixels: of the object, and of the background."""
    mean = np.asarray(colour.reduce(BLOCK))
    object_, background = (np.empty((*mean.shape[:2], 4), np.float32) for _ in range(2))
    for stripe in stripes(len(alpha)):
        blocks = _blocks(alpha[stripe])
        part = slice(stripe.start // BLOCK, stripe.start // BLOCK + len(blocks) // BLOCK)
        for sums, whole in zip((object_, background), _uniform(blocks), strict=True):
            sums[part, :, 3] = whole
            np.multiply(mean[part], whole[..., np.newaxis], out=sums[part, :, :3])
        first, last = np.searchsorted(rows, (part.start, part.stop))
        y, x = rows[first:last], columns[first:last]
        picture = _blocks(np.asarray(colour.crop((0, stripe.start, colour.width, stripe.stop))))
        pixels = _cut(picture, y - part.start, x).reshape(len(y), BLOCK**2, 3).astype(np.float32)
        shares = _cut(blocks[..., np.newaxis], y - part.start, x).reshape(len(y), 1, BLOCK**2)
        for sums, share in ((object_, shares), (background, 255 - shares)):
            weights = WEIGHTS[share] / np.float32(BLOCK**2)
            sums[y, x, :3] = (weights @ pixels)[:, 0]
            sums[y, x, 3] = weights.sum(axis=(1, 2))
    return object_, background


def _cut(picture: Pixels, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Pixels:
    """The pixels of some blocks, shape (n, 4, 4, channels)."""
    height, width, channels = picture.shape
    return picture.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels)[
        rows, :, columns
    ]


def _means(sums: Sums, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Means:
    """The mean colour at some of the blocks."""
    coarser = _every_mean(_halved(sums))
    own: Sums = np.zeros((len(rows), 4), np.float32)
    height, width = sums.shape[:2]
    for down in (-1, 0, 1):
        for across in (-1, 0, 1):
            y, x = np.clip(rows + down, 0, height - 1), np.clip(columns + across, 0, width - 1)
            own += sums[y, x]
    wide = coarser[rows // 2, columns // 2]
    return _blended(own / np.float32(9), wide)


def _every_mean(sums: Sums) -> Means:
    """The mean colour at every block of a level."""
    if min(sums.shape[:2]) <= SMALLEST:
        total = sums.sum(axis=(0, 1))
        mean = total[:3] / max(total[3], NOTHING)
        wide: Means = np.broadcast_to(mean, (*sums.shape[:2], 3))
    else:
        wide = _doubled(_every_mean(_halved(sums)))[: sums.shape[0], : sums.shape[1]]
    return _blended(_blurred(sums), wide)


def _blended(own: Sums, wide: Means) -> Means:
    """A level's mean as far as its weight goes, a coarser one's for the rest."""
    blended: Means = (own[..., :3] + MINIMUM * wide) / (own[..., 3:] + MINIMUM)
    return blended


def _halved(sums: Sums) -> Sums:
    height, width = sums.shape[:2]
    even = (
        np.pad(sums, ((0, height % 2), (0, width % 2), (0, 0))) if height % 2 or width % 2 else sums
    )
    pairs = even[0::2] + even[1::2]
    mean = (pairs[:, 0::2] + pairs[:, 1::2]) / np.float32(4)
    return mean.astype(np.float32, copy=False)


def _blurred(sums: Sums) -> Sums:
    """Mean of 3 x 3 blocks, the border's repeated."""
    wide = np.pad(sums, ((1, 1), (1, 1), (0, 0)), "edge")
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    mean: Sums = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _doubled(means: Means) -> Means:
    """Twice the size, bilinear."""
    for axis in (0, 1):
        along = np.moveaxis(means, axis, 0)
        near = along * np.float32(0.75)
        far = np.concatenate([along[:1], along, along[-1:]]) * np.float32(0.25)
        between = np.stack([near + far[:-2], near + far[2:]], axis=1)
        means = np.moveaxis(between.reshape(-1, *along.shape[1:]), 0, axis)
    return means
