"""Find a painted "transparency" checker: two colours that alternate in a regular grid."""

from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import box_mean
from cutout.backdrop.border import (
    BOX,
    MIN_NEAR,
    SLACK,
    PlainBackdrop,
    Planes,
    largest_channel,
    light_of,
    near_for,
    strips,
    work_size,
)
from cutout.backdrop.masks import Area, Mask, Plane, grow, ring_areas, ring_of

MIN_GAP, MAX_TINT = 8.0, 24.0
"""Minimum difference of the two colours (0..255), and maximum tint: both are nearly grey."""
BAND_SHARE, MODES_SHARE = 0.35, 0.6
"""A border is examined if 60 % of it is within 35 % of the gap from one of two levels."""
MIN_CELL, MAX_CELL = 2.5, 64.0
"""Limits of a cell's side, in pixels of the working size."""
SLACK_CELLS, MIN_SLACK = 12, 0.25
"""A cell may end a twelfth of its side off, but at least 0.25 and at most 1 pixel."""
DEEP = 0.05
"""Depth of the strips in which the grid is found, as a fraction of the picture's side."""
STEPS = 32
"""Frequencies tried for each one that a Fourier transform resolves."""
MAX_NOISE, NOISE_SHARE = 12.0, 0.3
"""Largest 90th percentile of the border's distance from the grid: absolute, and relative to the
gap."""
GAP_SHARE = 0.45
"""Largest `near` as a fraction of the gap, so that the two colours are not confused."""
SIDE_SHARE, SIDES, RING_SHARE = 0.5, 3, 0.7
"""Share of a side that must show the grid, on how many sides, and share of the whole border."""
WINDOW, WINDOW_SHARE = 1.25, 0.9
"""Side of a square in cells, and the share of it that must match the grid. The square is large
enough to hold both colours, so that an area of one colour can't match."""
MIN_SHOWN = 0.03
"""Minimum share of the picture that shows the grid."""

Colour = npt.NDArray[np.float32]
"""Shape (3,), 0..255."""
Wave = npt.NDArray[np.float64]
"""Shape (pixels,), -1..1: along one side."""
ALL: Area = (slice(None), slice(None))


@dataclass(frozen=True)
class _Side:
    """Hold the grid along one side: a cell's side and the start of a cell, in pixels."""

    cell: float
    start: float

    @property
    def slack(self) -> float:
        """Return how far a cell's end may be from where the grid has it, in pixels."""
        return min(max(self.cell / SLACK_CELLS, MIN_SLACK), 1.0)

    def wave(self, length: int, shift: float = 0) -> Wave:
        """Return 1 within every other cell, -1 within the rest, and the mean in a pixel of both.

        The grid is moved on by `shift` pixels.
        """
        ends = (np.arange(length + 1) - self.start - shift) / self.cell
        saw = np.abs(np.mod(ends, 2) - 1)  # falls in even cells, rises in odd ones
        wave: Wave = np.diff(saw) * -self.cell
        return wave


@dataclass(frozen=True)
class _Grid:
    across: _Side
    down: _Side

    def pattern(self, width: int, height: int) -> Plane:
        """Return 1 within cells of the first colour and -1 within the others."""
        return self._part(self.down.wave(height), self.across.wave(width))

    def bounds(self, width: int, height: int, area: Area) -> tuple[Plane, Plane]:
        """Return the least and the most of the pattern within the slack, in an area."""
        rows, columns = area
        least = most = self._part(self.down.wave(height)[rows], self.across.wave(width)[columns])
        right, below = self.across.slack, self.down.slack
        for x, y in ((right, below), (right, -below), (-right, below), (-right, -below)):
            waves = self.down.wave(height, y)[rows], self.across.wave(width, x)[columns]
            moved = self._part(*waves)
            least, most = np.minimum(least, moved), np.maximum(most, moved)
        return least, most

    @staticmethod
    def _part(down: Wave, across: Wave) -> Plane:
        part: Plane = np.outer(down, across).astype(np.float32)
        return part


def find_checker(image: Image.Image) -> PlainBackdrop | None:
    """Return the checker behind an image in mode RGB as a backdrop; None if the border shows none.

    `distance` is then measured from the grid moved by up to a pixel.
    """
    width, height = work_size(image)
    if min(width, height) < 8 * MIN_CELL or not _has_two_levels(image, width, height):
        return None
    border = _shrunk_border(image, width, height)
    grey = np.asarray(border.convert("L"), np.float32)
    across, down = (_grid_along(each) for each in (grey, grey.T))
    if across is None or down is None:
        return None
    grid = _Grid(across, down)
    colours = _two_colours(border, grid.pattern(width, height))
    if colours is None:
        return None
    noise = _border_noise(border, grid, colours)
    if noise > min(MAX_NOISE, NOISE_SHARE * _gap(colours)):
        return None
    small = image if image.size == (width, height) else image.resize((width, height), BOX)
    return _as_backdrop(small, grid, colours, noise)


def _has_two_levels(image: Image.Image, width: int, height: int) -> bool:
    """Return whether the picture's outermost pixels are of two levels of grey."""
    lines = strips(image, (width, height), (1, 1))
    found = [line.convert("L").tobytes() for line, _ in lines]
    levels = np.frombuffer(b"".join(found), np.uint8).astype(np.float32)
    low, high = np.percentile(levels, (20, 80))
    if high - low < MIN_GAP:
        return False
    close = np.minimum(np.abs(levels - low), np.abs(levels - high)) <= BAND_SHARE * (high - low)
    return bool(close.mean() >= MODES_SHARE)


def _shrunk_border(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the image shrunk to a size, without what is further than `DEEP` from its border.

    The border alone rules out most pictures, in a tenth of the time.
    """
    border = Image.new("RGB", (width, height))
    for strip, (left, top, _, _) in strips(image, border.size, _depths(height, width)):
        border.paste(strip, (left, top))
    return border


def _depths(height: int, width: int) -> tuple[int, int]:
    """Return the depth of the border's strips, downwards and across."""
    return max(2, round(DEEP * height)), max(2, round(DEEP * width))


def _grid_along(grey: Plane) -> _Side | None:
    """Return the grid along the rows, found in those at the top and the bottom.

    Its frequency is the one with most power over these rows, whatever their phase.
    """
    height, width = grey.shape
    deep, _ = _depths(height, width)
    rows = np.concatenate([grey[:deep], grey[-deep:]]).astype(np.float64)
    low, high = np.percentile(rows, (20, 80))
    if high - low < MIN_GAP:
        return None
    rows = np.clip((rows - (low + high) / 2) / ((high - low) / 2), -1, 1)
    power = (np.abs(np.fft.rfft(rows, axis=1)) ** 2).sum(axis=0)
    first, last = width / (2 * MAX_CELL), width / (2 * MIN_CELL)
    possible = np.arange(len(power))
    power[(possible < max(2, first)) | (possible > last)] = 0
    if not power.any():
        return None
    near = (power.argmax() + np.arange(-STEPS, STEPS + 1) / STEPS) / width
    at = np.arange(width) + 0.5
    amplitudes = rows @ np.exp(-2j * np.pi * np.outer(at, near))
    best = (np.abs(amplitudes) ** 2).sum(axis=0).argmax()
    angle = np.angle((amplitudes[:, best] ** 2).sum()) / 2
    cell = 1 / (2 * near[best])
    return _Side(cell, (-angle / np.pi - 0.5) * cell)


def _two_colours(image: Image.Image, pattern: Plane) -> tuple[Colour, Colour] | None:
    """Return the colours of the grid's two kinds of cells, shape (3,) each."""
    height, width = pattern.shape
    ring = _frame(height, width)
    bands = np.stack([np.asarray(band)[ring] for band in image.split()], axis=-1)
    signs = pattern[ring]
    kinds = [bands[signs > 0.9], bands[signs < -0.9]]
    if min(len(kind) for kind in kinds) < 16:
        return None
    first, second = (np.median(kind, axis=0).astype(np.float32) for kind in kinds)
    tint = max(float(np.ptp(each)) for each in (first, second))
    return (first, second) if _gap((first, second)) >= MIN_GAP and tint <= MAX_TINT else None


def _gap(colours: tuple[Colour, Colour]) -> float:
    """Return the largest difference of the two colours in any channel."""
    return float(np.abs(colours[0] - colours[1]).max())


def _frame(height: int, width: int) -> Mask:
    ring = np.ones((height, width), np.bool_)
    down, across = _depths(height, width)
    ring[down:-down, across:-across] = False
    return ring


def _as_backdrop(
    image: Image.Image, grid: _Grid, colours: tuple[Colour, Colour], rough_noise: float
) -> PlainBackdrop | None:
    gap = _gap(colours)
    rough = _differences(image, grid, colours)
    sharp = largest_channel(rough)
    likely = ring_of(*sharp.shape) & (sharp <= max(MIN_NEAR, gap * GAP_SHARE))
    difference = rough if rough_noise <= 1 else [box_mean(plane, 1) for plane in rough]
    distance = largest_channel(difference)
    noise = float(np.percentile(distance[likely], 90))
    near = min(near_for(noise), gap * GAP_SHARE)
    if not _is_shown(distance, near):
        return None
    cell = max(grid.across.cell, grid.down.cell)
    shown = _shows_grid(distance <= near, cell)
    if shown.mean() < MIN_SHOWN:
        return None
    # an area of one colour may be the object: it is backdrop only if the networks agree
    distance[(distance <= near) & ~shown] = near + np.float32(1)
    return PlainBackdrop(distance, sharp, near, light_of(image), difference, [], float(cell))


def _border_noise(image: Image.Image, grid: _Grid, colours: tuple[Colour, Colour]) -> float:
    """Return the 90th percentile of the border's distance from the grid, where it is likely.

    It is infinite where nothing is likely.
    """
    gap = _gap(colours)
    areas = ring_areas(image.height, image.width)
    sharp = np.concatenate(
        [largest_channel(_differences(image, grid, colours, area)).ravel() for area in areas]
    )
    likely = sharp[sharp <= max(MIN_NEAR, gap * GAP_SHARE)]
    return float(np.percentile(likely, 90)) if likely.size else inf


def _differences(
    image: Image.Image, grid: _Grid, colours: tuple[Colour, Colour], area: Area = ALL
) -> Planes:
    """Return how far each channel is outside the range that the grid has there within its slack."""
    least, most = grid.bounds(*image.size, area)
    found = []
    for band, first, second in zip(image.split(), *colours, strict=True):
        middle, half = (first + second) / 2, (first - second) / 2
        ends = (middle + half * least, middle + half * most)
        value = np.asarray(band)[area].astype(np.float32)
        found.append(value - np.clip(value, *(ends if half >= 0 else ends[::-1])))
    return found


def _is_shown(distance: Plane, near: float) -> bool:
    """Return whether most of the border shows the grid, on three sides at least."""
    close = distance <= near + SLACK / 2
    deep = max(2, round(DEEP * min(close.shape)))
    strips = (close[:deep], close[-deep:], close[:, :deep], close[:, -deep:])
    shares = [float(strip.mean()) for strip in strips]
    enough = sum(share >= SIDE_SHARE for share in shares) >= SIDES
    return enough and float(close[_frame(*close.shape)].mean()) >= RING_SHARE


def _shows_grid(close: Mask, cell: float) -> Mask:
    """Return which pixels lie in a square that shows the grid."""
    reach = max(1, int(np.ceil(WINDOW * cell / 2)))
    matching = box_mean(close.astype(np.float32), reach) >= WINDOW_SHARE
    inside = np.zeros_like(matching)  # a square cut off by the border may hold a single cell
    inside[reach:-reach, reach:-reach] = matching[reach:-reach, reach:-reach]
    return grow(inside, reach) & close
