"""Draw hair and fur, which are too fine for networks at 1024 pixels.

Over a small window alpha is nearly a linear function of the colours (Levin et al., "A Closed-Form
Solution to Natural Image Matting", PAMI 2008), which a guided filter finds in one step (He et al.,
ECCV 2010). It would blur crisp edges, so it is used only where much of a window is neither object
nor background.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import STRIPE_ROWS, box_mean, pad_to_multiple
from cutout.pictures import Alpha
from cutout.refine.guided_filter import (
    CELL,
    REACH,
    BlockIndices,
    Planes,
    fit_lines,
    interpolate,
)
from cutout.timing import Deadline

LONGEST = 1024
"""Blocks grow with each multiple of this longest side, in pixels; below two, they are 4 x 4
pixels."""
BLOCK = 4
LARGEST = 32
"""Maximum side of a block in pixels, however large the picture is."""
SAMPLES = 2
"""Samples along a side of a block."""
NEAR = 3
"""Blocks to each side over which softness is averaged."""
SOFT, ALL_SOFT = 0.15, 0.35
"""Mean of 4 · alpha · (1 - alpha) from which colours get some weight, and all of it."""
SOFTNESS = (np.arange(256) * (255 - np.arange(256)) * (4 / 255**2)).astype(np.float32)

Area = tuple[slice, slice]
"""Rows and columns."""


def draw_hair(alpha: Alpha, colour: Image.Image, deadline: Deadline) -> Alpha:
    """Return the alpha with its wide soft areas redrawn by the colours until `deadline`.

    `colour` is in mode RGB. Pixels that are wholly object or background stay, as do the lower rows
    that no time is left for. Finding nothing to do takes 2 ms, a furry animal 10 to 30 ms, a veil
    over 4096² 1 s.
    """
    if not deadline.remaining():
        return alpha
    side = min(LARGEST, BLOCK * max(1, max(colour.size) // LONGEST))
    share = _share(alpha, side)
    rows, columns = np.nonzero(box_mean(share, 1)[0] > 0)
    if not len(rows):
        return alpha
    area = _around(rows, share.shape[1]), _around(columns, share.shape[2])
    weighted = np.concatenate([_lines(alpha, colour, side, area), share[:, *area]])
    drawn = alpha.copy()
    stripe = max(1, STRIPE_ROWS // side)
    for first in range(int(rows[0]), int(rows[-1]) + 1, stripe):
        if not deadline.remaining():
            break
        some = slice(*np.searchsorted(rows, (first, first + stripe)))
        if some.start < some.stop:
            at = rows[some] - first, columns[some]
            weighted_here = interpolate(
                weighted, rows[some] - area[0].start, at[1] - area[1].start, side
            )
            top, bottom = first * side, (first + stripe) * side
            part = colour.crop((0, top, colour.width, min(bottom, colour.height)))
            _draw(drawn[top:bottom], part, at, weighted_here)
    return drawn


def _share(alpha: Alpha, side: int) -> Planes:
    """Return the weight of the colours in each block, 0..1, as one plane."""
    step = side // SAMPLES
    samples = pad_to_multiple(SOFTNESS[alpha[::step, ::step]], SAMPLES)
    starts = [(row, column) for row in range(SAMPLES) for column in range(SAMPLES)]
    soft = np.mean([samples[row::SAMPLES, column::SAMPLES] for row, column in starts], axis=0)
    near = box_mean(soft[np.newaxis], NEAR)
    share: Planes = np.clip((near - SOFT) / np.float32(ALL_SOFT - SOFT), 0, 1)
    return share


def _around(indices: BlockIndices, length: int) -> slice:
    """Return the span of blocks that affect the lines at `indices`, from the border of a cell."""
    far = (2 * REACH + 1) * (CELL // SAMPLES)
    first = max(0, int(indices.min()) - far)
    return slice(first - first % (CELL // SAMPLES), min(length, int(indices.max()) + far + 1))


def _lines(alpha: Alpha, colour: Image.Image, side: int, area: Area) -> Planes:
    """Return the lines of the blocks in `area`: four planes."""
    step = side // SAMPLES
    rows, columns = (slice(each.start * side, each.stop * side) for each in area)
    some = alpha[rows, columns][::step, ::step]  # the upper left pixel of each step
    left, top = (each.start + 0.5 - step / 2 for each in (columns, rows))
    every = (step, 0, left, 0, step, top)
    small = colour.transform((some.shape[1], some.shape[0]), Image.Transform.AFFINE, every)
    seen = pad_to_multiple(np.dstack([np.asarray(small), some]), CELL)
    samples = np.moveaxis(seen, 2, 0).astype(np.float32, order="C")
    samples *= np.float32(1 / 255)
    found = fit_lines(samples[:3], samples[3:])
    for axis in (1, 2):
        found = found.repeat(CELL // SAMPLES, axis=axis)
    height, width = (each.stop - each.start for each in area)
    return found[:, :height, :width]


def _draw(
    alpha: Alpha,
    colour: Image.Image,
    at: tuple[BlockIndices, BlockIndices],
    weighted: npt.NDArray[np.float32],
) -> None:
    """Change blocks of a stripe's alpha in place.

    `weighted`, shape (side², 5, blocks), holds the line of each pixel and the line's weight.
    """
    side, count = round(len(weighted) ** 0.5), weighted.shape[2]
    colour.putalpha(Image.fromarray(alpha))
    seen = pad_to_multiple(np.array(colour), side)
    blocks = seen.reshape(len(seen) // side, side, -1, side, 4)
    cut = blocks[at[0], :, at[1]].reshape(count, side**2, 4)
    pixels = cut.transpose(1, 2, 0).astype(np.float32)
    line = (weighted[:, :3] * pixels[:, :3]).sum(axis=1) + weighted[:, 3] * np.float32(255)
    line -= pixels[:, 3]
    line *= (pixels[:, 3] > 0) & (pixels[:, 3] < 255)  # keep opaque and empty pixels
    drawn = np.clip(pixels[:, 3] + weighted[:, 4] * line, 0, 255)
    blocks[at[0], :, at[1], :, 3] = np.rint(drawn).T.reshape(count, side, side)
    alpha[...] = seen[: alpha.shape[0], : alpha.shape[1], 3]
