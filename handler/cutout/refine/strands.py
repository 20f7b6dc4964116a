"""Hair and fur, which no network draws at 1024 pixels: where much is soft, colours say the alpha.

Over a small window alpha is nearly a linear function of the colours (Levin et al., "A Closed-Form
Solution to Natural Image Matting", PAMI 2008), which a guided filter finds in one step (He et al.,
ECCV 2010), here from samples (He and Sun, "Fast Guided Filter", 2015). It blurs what is crisp, so
that it has a say only where a window holds much that is neither object nor background.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import STRIPE_ROWS, pad_to_multiple
from cutout.pictures import Alpha
from cutout.refine.line import CELL, REACH, Places, Planes, box, lines, spread
from cutout.timing import Deadline

LONGEST = 1024
"""Pictures of less than twice as much have blocks of 4 x 4 pixels, larger ones larger blocks."""
BLOCK = 4
LARGEST = 32  # pixels a side of a block, however long the picture is
SAMPLES = 2  # of a block, along a side
NEAR = 3  # blocks to each side, over which softness is looked for
SOFT, ALL_SOFT = 0.15, 0.35  # mean of 4 · alpha · (1 - alpha): from here it has a say, here all
SOFTNESS = (np.arange(256) * (255 - np.arange(256)) * (4 / 255**2)).astype(np.float32)

Area = tuple[slice, slice]
"""Rows and columns."""


def draw_strands(alpha: Alpha, colour: Image.Image, deadline: Deadline) -> Alpha:
    """The alpha of a picture, `colour` in mode RGB: the same but where it is soft over some width;
    what is wholly object or background stays, and what there is no time for, from below.
    Finding nothing to do takes 2 ms, a furry animal 10 to 30, a veil over 4096² a second."""
    if not deadline.remaining():
        return alpha
    side = min(LARGEST, BLOCK * max(1, max(colour.size) // LONGEST))
    share = _share(alpha, side)
    rows, columns = np.nonzero(box(share, 1)[0] > 0)
    if not len(rows):
        return alpha
    area = _around(rows, share.shape[1]), _around(columns, share.shape[2])
    says = np.concatenate([_lines(alpha, colour, side, area), share[:, *area]])
    drawn = alpha.copy()
    stripe = max(1, STRIPE_ROWS // side)
    for first in range(int(rows[0]), int(rows[-1]) + 1, stripe):
        if not deadline.remaining():
            break
        some = slice(*np.searchsorted(rows, (first, first + stripe)))
        if some.start < some.stop:
            at = rows[some] - first, columns[some]
            says_here = spread(says, rows[some] - area[0].start, at[1] - area[1].start, side)
            top, bottom = first * side, (first + stripe) * side
            part = colour.crop((0, top, colour.width, min(bottom, colour.height)))
            _draw(drawn[top:bottom], part, at, says_here)
    return drawn


def _share(alpha: Alpha, side: int) -> Planes:
    """How much of a say the colours have in each block, 0..1, one plane."""
    step = side // SAMPLES
    samples = pad_to_multiple(SOFTNESS[alpha[::step, ::step]], SAMPLES)
    starts = [(row, column) for row in range(SAMPLES) for column in range(SAMPLES)]
    soft = np.mean([samples[row::SAMPLES, column::SAMPLES] for row, column in starts], axis=0)
    near = box(soft[np.newaxis], NEAR)
    share: Planes = np.clip((near - SOFT) / np.float32(ALL_SOFT - SOFT), 0, 1)
    return share


def _around(places: Places, length: int) -> slice:
    """Those that bear on what is found at some, from where a cell begins."""
    far = (2 * REACH + 1) * (CELL // SAMPLES)
    first = max(0, int(places.min()) - far)
    return slice(first - first % (CELL // SAMPLES), min(length, int(places.max()) + far + 1))


def _lines(alpha: Alpha, colour: Image.Image, side: int, area: Area) -> Planes:
    """Of the blocks in `area`."""
    step = side // SAMPLES
    rows, columns = (slice(each.start * side, each.stop * side) for each in area)
    some = alpha[rows, columns][::step, ::step]  # the upper left pixel of each step, of both
    left, top = (each.start + 0.5 - step / 2 for each in (columns, rows))
    every = (step, 0, left, 0, step, top)
    small = colour.transform((some.shape[1], some.shape[0]), Image.Transform.AFFINE, every)
    seen = pad_to_multiple(np.dstack([np.asarray(small), some]), CELL)
    samples = np.moveaxis(seen, 2, 0).astype(np.float32, order="C")
    samples *= np.float32(1 / 255)
    found = lines(samples[:3], samples[3:])
    for axis in (1, 2):
        found = found.repeat(CELL // SAMPLES, axis=axis)
    height, width = (each.stop - each.start for each in area)
    return found[:, :height, :width]


def _draw(
    alpha: Alpha, colour: Image.Image, at: tuple[Places, Places], says: npt.NDArray[np.float32]
) -> None:
    """Changes blocks of a stripe's alpha in place. `says` has the shape (side², 5, blocks): of
    each pixel the line and its share."""
    side, count = round(len(says) ** 0.5), says.shape[2]
    colour.putalpha(Image.fromarray(alpha))
    seen = pad_to_multiple(np.array(colour), side)
    blocks = seen.reshape(len(seen) // side, side, -1, side, 4)
    cut = blocks[at[0], :, at[1]].reshape(count, side**2, 4)
    pixels = cut.transpose(1, 2, 0).astype(np.float32)
    line = (says[:, :3] * pixels[:, :3]).sum(axis=1) + says[:, 3] * np.float32(255)
    line -= pixels[:, 3]
    line *= (pixels[:, 3] > 0) & (pixels[:, 3] < 255)  # what is decided stays
    drawn = np.clip(pixels[:, 3] + says[:, 4] * line, 0, 255)
    blocks[at[0], :, at[1], :, 3] = np.rint(drawn).T.reshape(count, side, side)
    alpha[...] = seen[: alpha.shape[0], : alpha.shape[1], 3]
