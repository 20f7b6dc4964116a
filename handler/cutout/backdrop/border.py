"""Fit the backdrop's colour at each pixel to the picture's border."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from cutout.backdrop.masks import Mask, Plane, ring_of, ring_width

Planes = list[Plane]
"""Red, green and blue as separate planes: numpy takes ten times as long along an axis of three."""
Light = npt.NDArray[np.uint8]
"""Shape (height, width)."""
Values = npt.NDArray[np.float32]
"""Any other shape."""
Edges: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""

WORK_SIDE = 768
"""Longest side, in pixels, of the working size at which regions are found."""
TERMS = 6
"""Terms of the fit: 1, x, y, x², xy, y², which cover a gradient and a vignette."""

HALF_WAY, MIDDLE_SHARE = 0.5, 0.1
"""The middle of an edge, from -1 to 1, and the share of it that must be seen to fit a curve."""

START_TOLERANCE, TOLERANCE = 40.0, 12.0
"""Largest difference of a channel (0..255): first from the border's median, then from the fit."""
MAX_NOISE = 5.0
"""Largest 90th percentile of the border's distance from the fit that still counts as plain."""
NEAR_FACTOR, NEAR_BASE, MIN_NEAR, MAX_NEAR = 2.0, 2.5, 4.0, 14.0
"""A pixel is backdrop-coloured up to a distance of twice the noise plus 2.5, within these
bounds."""
SLACK = 4.0
"""Extra distance for the border itself, where JPEG's blocks and the fit are least accurate."""
CLEAN_NEAR, DARK = 6.0, 64
"""Largest `near`, and smallest light, of a clean backdrop. A studio's backdrop is cleaner than the
blurred background of a photo, so only a clean one may show objects that the networks do not see. If
a part of the border is something else, the backdrop must not be dark either, as black bars and
night skies are."""
PLAIN_SHARE = 0.9
"""Share of the border that must be backdrop-coloured if the corners are not checked."""
TOUCHED_SHARE, TOUCHED_NOISE, CORNERS = 0.5, 2.0, 3
"""Limits for an object that touches the border: share of the border, noise, and plain corners."""
CORNER, CORNER_SHARE = 0.02, 0.6
"""Side of a corner as a fraction of the shorter side, and its share that must be plain."""
INSET, INSET_SHARE = 0.04, 0.3
"""Depth, as a fraction of the side, at which a share of at least one line must still be backdrop: a
frame is plain too, but ends before."""


@dataclass(frozen=True)
class PlainBackdrop:
    """Hold a plain backdrop and the distance of every pixel from it, at the working size.

    Colour differences are in units of 0..255. `distance` is the largest channel's difference,
    denoised, and `sharp` the same without denoising. Pixels up to `near` are backdrop-coloured.
    `light` is each pixel's largest channel.

    `difference` is how much each channel exceeds the backdrop's colour, `surface`, which is empty
    if it is valid at the working size only. `cell` is the side of a painted checker's cells in
    pixels, 0 for a backdrop of one colour.
    """

    distance: Plane
    sharp: Plane
    near: float
    light: Light
    difference: Planes
    surface: Planes
    cell: float = 0

    @cached_property
    def shade(self) -> Plane:
        """Return how much darker than the backdrop each pixel is: the mean of its channels."""
        red, green, blue = self.difference
        return (red + green + blue) * np.float32(-1 / 3)

    @cached_property
    def tint(self) -> Plane:
        """Return how much the channels of each pixel's difference differ."""
        red, green, blue = self.difference
        tint: Plane = np.maximum(np.maximum(red, green), blue)
        tint -= np.minimum(np.minimum(red, green), blue)
        return tint

    @property
    def clean(self) -> bool:
        """Return whether the backdrop is a studio's, or drawn."""
        if self.cell:
            return True
        plain = self.distance[self.ring] <= self.near + SLACK
        lit = float(np.median(self.light[self.ring][plain])) >= DARK
        return self.near <= CLEAN_NEAR and (lit or float(plain.mean()) >= PLAIN_SHARE)

    @property
    def ring(self) -> Mask:
        """Return the mask of the border."""
        return ring_of(*self.distance.shape)


def find_backdrop(image: Image.Image) -> PlainBackdrop | None:
    """Return the backdrop of an image in mode RGB; None if the border is not plain.

    Most photos have no plain border, and are ruled out by the border alone.
    """
    width, height = work_size(image)
    fit = _fit(_border(image, width, height))
    if fit is None:
        return None
    surface = _surface(fit, width, height)
    small = image if image.size == (width, height) else image.resize((width, height), BOX)
    rough = _difference(small, surface)
    sharp = largest_channel(rough)
    ring = ring_of(height, width)
    noise_free = np.percentile(sharp[ring & (sharp <= TOLERANCE)], 90) <= 1
    if noise_free:
        difference, distance = rough, sharp
    else:
        difference = _difference(small.filter(ImageFilter.BoxBlur(1)), surface)
        distance = largest_channel(difference)
    noise = float(np.percentile(distance[ring & (sharp <= TOLERANCE)], 90))
    near = near_for(noise)
    if not _is_plain(distance, ring, noise, near):
        return None
    return PlainBackdrop(distance, sharp, near, light_of(small), difference, surface)


def near_for(noise: float) -> float:
    """Return the distance up to which a pixel is backdrop-coloured, for a border with `noise`."""
    return min(max(NEAR_FACTOR * noise + NEAR_BASE, MIN_NEAR), MAX_NEAR)


def light_of(image: Image.Image) -> Light:
    """Return the largest channel of each pixel of an image in mode RGB."""
    red, green, blue = image.split()
    return np.asarray(ImageChops.lighter(ImageChops.lighter(red, green), blue))


def largest_channel(difference: Planes) -> Plane:
    """Return the largest absolute difference in any channel."""
    red, green, blue = (np.abs(plane) for plane in difference)
    largest: Plane = np.maximum(np.maximum(red, green), blue)
    return largest


BOX = Image.Resampling.BOX


def work_size(image: Image.Image) -> tuple[int, int]:
    """Return the width and height at which regions are examined."""
    scale = min(1.0, WORK_SIDE / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    return width, height


def _border(image: Image.Image, width: int, height: int) -> tuple[Values, Values]:
    """Return the border's colours, shape (pixels, 3), and their terms, shape (pixels, 6).

    The rest of the picture is not read.
    """
    wide = min(ring_width(height, width), width, height)
    colours, terms = [], []
    x, y = _axes(width, height)
    for strip, (left, top, right, bottom) in strips(image, (width, height), (wide, wide)):
        colours.append(np.asarray(strip, np.float32).reshape(-1, 3))
        terms.append(_terms(x[left:right], y[top:bottom]).reshape(-1, TERMS))
    return np.concatenate(colours), np.concatenate(terms)


def strips(
    image: Image.Image, size: tuple[int, int], depths: tuple[int, int]
) -> Iterator[tuple[Image.Image, Edges]]:
    """Yield the four strips along the border of an image shrunk to `size`, with their edges.

    `depths` are those of the upper and lower strips and of the strips at the sides. The rest of the
    image is not read.
    """
    (width, height), (deep, wide) = size, depths
    across, down = image.width / width, image.height / height
    for left, top, right, bottom in (
        (0, 0, width, deep),
        (0, height - deep, width, height),
        (0, 0, wide, height),
        (width - wide, 0, width, height),
    ):
        box = (left * across, top * down, right * across, bottom * down)
        strip = image.resize((right - left, bottom - top), BOX, box)
        yield strip, (left, top, right, bottom)


def _axes(width: int, height: int) -> tuple[Values, Values]:
    """Return the pixels' places from -1 to 1, of columns and of rows."""
    x, y = (np.linspace(-1, 1, side, dtype=np.float32) for side in (width, height))
    return x, y


def _terms(x: Values, y: Values) -> Values:
    across, down = np.meshgrid(x, y)
    planes = [np.ones_like(across), across, down, across**2, across * down, down**2]
    return np.stack(planes, axis=-1)


def _fit(border: tuple[Values, Values]) -> Values | None:
    """Return the coefficients, shape (6, 3), or None if no colour has half of the border.

    A constant colour, a linear gradient and a curved one are fitted in turn by least squares, each
    to the pixels near the fit before.
    """
    colours, terms = border
    median = np.median(colours, axis=0)
    inliers = np.abs(colours - median).max(axis=1) <= START_TOLERANCE
    if inliers.mean() < TOUCHED_SHARE:
        return None
    fit = np.zeros((TERMS, 3), np.float32)
    for used in (1, 3, TERMS, TERMS):
        if inliers.sum() < 4 * TERMS:
            return None
        known = _known(terms[inliers])[:used]
        fit[:used] = 0
        solved = np.linalg.lstsq(terms[inliers, :used][:, known], colours[inliers], rcond=None)[0]
        fit[:used][known] = solved
        inliers = np.abs(colours - terms @ fit).max(axis=1) <= TOLERANCE
    return fit if inliers.mean() >= TOUCHED_SHARE else None


def _known(terms: Values) -> Mask:
    """Return which terms the border determines.

    A curve between two edges needs pixels of the edges between them; without, it would be
    extrapolated from the slope within a few rows.
    """
    across, down = (np.abs(terms[:, axis]) < HALF_WAY for axis in (1, 2))
    known = np.ones(TERMS, np.bool_)
    known[3], known[5] = across.mean() >= MIDDLE_SHARE, down.mean() >= MIDDLE_SHARE
    return known


def _surface(fit: Values, width: int, height: int) -> Planes:
    """Return the backdrop's colour at each pixel."""
    x, y = _axes(width, height)
    x, y = x[np.newaxis], y[:, np.newaxis]
    return [
        c + x * cx + y * cy + x**2 * cxx + y * x * cxy + y**2 * cyy
        for c, cx, cy, cxx, cxy, cyy in fit.T
    ]


def _difference(image: Image.Image, surface: Planes) -> Planes:
    bands = (np.asarray(band, np.float32) for band in image.split())
    return [band - plane for band, plane in zip(bands, surface, strict=True)]


def _is_plain(distance: Plane, ring: Mask, noise: float, near: float) -> bool:
    if noise > MAX_NOISE or not _goes_inwards(distance, near):
        return False
    share = float((distance[ring] <= near + SLACK).mean())
    if share >= PLAIN_SHARE:
        return True
    touched = share >= TOUCHED_SHARE and noise <= TOUCHED_NOISE
    return touched and _plain_corners(distance, near + NEAR_FACTOR) >= CORNERS


def _goes_inwards(distance: Plane, near: float) -> bool:
    height, width = distance.shape
    down, across = round(INSET * height), round(INSET * width)
    lines = (
        distance[down, across : width - across],
        distance[height - 1 - down, across : width - across],
        distance[down : height - down, across],
        distance[down : height - down, width - 1 - across],
    )
    return any(line.size and (line <= near).mean() >= INSET_SHARE for line in lines)


def _plain_corners(distance: Plane, near: float) -> int:
    height, width = distance.shape
    side = max(2, round(CORNER * min(height, width)))
    ends = [
        distance[rows, columns]
        for rows in (slice(side), slice(max(0, height - side), height))
        for columns in (slice(side), slice(max(0, width - side), width))
    ]
    return sum(bool((each <= near).mean() >= CORNER_SHARE) for each in ends)
