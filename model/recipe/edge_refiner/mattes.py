"""Draw mattes, whose alpha is known exactly: contours, corners, wires, nets, hair and leaves.

Shapes are drawn at four times the size and then averaged.
"""

from collections.abc import Callable
from math import cos, pi, sin, tau

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SUPERSAMPLED = 4
Place = npt.NDArray[np.float64]
"""Shape (2,): x and y."""
Matte = npt.NDArray[np.float32]
"""Shape (side, side), 0..1."""
Point = tuple[float, float]


def draw_matte(rng: np.random.Generator, side: int, masks: list[Image.Image]) -> Matte:
    """Return a matte with an edge in it, not blurred yet."""
    large = side * SUPERSAMPLED
    while True:
        kind = KINDS[rng.choice(len(KINDS), p=ODDS)]
        shape = kind(rng, large, masks)
        if rng.random() < 0.15:
            shape = ImageChops.lighter(shape, _polygons(rng, large, masks))
        if rng.random() < 0.1:
            shape = ImageChops.subtract(shape, _wires(rng, large, masks))
        if rng.random() < 0.3:
            shape = ImageChops.invert(shape)
        small = shape.resize((side, side), Image.Resampling.BOX)
        matte = np.asarray(small, np.float32) / np.float32(255)
        if 0.02 < float(matte.mean()) < 0.98:
            return matte


def _contour(rng: np.random.Generator, side: int, masks: list[Image.Image]) -> Image.Image:
    """Draw a piece of a real object's outline, enlarged and smoothed."""
    mask = masks[rng.integers(len(masks))]
    inside = np.asarray(mask) > 127
    rows, columns = np.nonzero(inside[:, 1:] != inside[:, :-1])
    if not len(rows):
        return _polygons(rng, side, masks)
    at = rng.integers(len(rows))
    half = side / SUPERSAMPLED / float(rng.uniform(2, 12)) / 2
    x, y = columns[at] + rng.normal(0, half / 3), rows[at] + rng.normal(0, half / 3)
    box = (x - half, y - half, x + half, y + half)
    smooth = mask.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.8, 2))))
    turned = smooth.transform(
        (side, side),
        Image.Transform.EXTENT,
        box,
        Image.Resampling.BICUBIC,
    )
    return turned.point(lambda value: 255 if value > 127 else 0)


def _polygons(rng: np.random.Generator, side: int, _masks: list[Image.Image]) -> Image.Image:
    """Draw one to three polygons, with holes where they overlap."""
    shape = Image.new("L", (side, side))
    for _ in range(rng.integers(1, 4)):
        layer = Image.new("L", (side, side))
        middle = rng.uniform(0, side, 2)
        angles = np.sort(rng.uniform(0, tau, rng.integers(3, 8)))
        radii = rng.uniform(0.15, 0.8, len(angles)) * side
        corners = [
            (middle[0] + r * cos(a), middle[1] + r * sin(a))
            for a, r in zip(angles, radii, strict=True)
        ]
        ImageDraw.Draw(layer).polygon(corners, fill=255)
        shape = ImageChops.difference(shape, layer)
    return shape


def _wires(rng: np.random.Generator, side: int, _masks: list[Image.Image]) -> Image.Image:
    """Draw straight and bent wires, one to sixteen pixels thick."""
    shape = Image.new("L", (side, side))
    draw = ImageDraw.Draw(shape)
    for _ in range(rng.integers(1, 8)):
        thick = round(SUPERSAMPLED * float(np.exp(rng.uniform(0, np.log(16)))))
        draw.line(_bend(rng, side), fill=255, width=thick, joint="curve")
    return shape


def _net(rng: np.random.Generator, side: int, _masks: list[Image.Image]) -> Image.Image:
    """Draw one or two families of parallel bars."""
    shape = Image.new("L", (side, side))
    draw = ImageDraw.Draw(shape)
    for _ in range(rng.integers(1, 3)):
        angle, gap = rng.uniform(0, pi), SUPERSAMPLED * float(rng.uniform(6, 50))
        thick = max(2, round(gap * float(rng.uniform(0.08, 0.5))))
        along = np.array([cos(angle), sin(angle)]) * 2 * side
        across = np.array([-sin(angle), cos(angle)])
        for step in np.arange(-side, side, gap) + rng.uniform(0, gap):
            middle = np.array([side / 2, side / 2]) + across * step
            draw.line([*map(_point, (middle - along, middle + along))], fill=255, width=thick)
    return shape


def _hair(rng: np.random.Generator, side: int, masks: list[Image.Image]) -> Image.Image:
    """Draw strands of hair, half of the time on a body."""
    shape = _contour(rng, side, masks) if rng.random() < 0.5 else Image.new("L", (side, side))
    draw = ImageDraw.Draw(shape)
    strands = rng.integers(10, 60)
    root, turn, reach = rng.uniform(0, side, 2), rng.uniform(0, tau), rng.uniform(0.3, 1) * side
    for _ in range(strands):
        start = root + rng.normal(0, 0.25 * side, 2)
        end = start + reach * _unit(turn + rng.normal(0, 0.3))
        knee = (start + end) / 2 + rng.normal(0, 0.1 * side, 2)
        thick = max(1, round(SUPERSAMPLED * float(rng.uniform(0.4, 2.5))))
        draw.line(_curve(start, knee, end), fill=255, width=thick)
    return shape


def _leaves(rng: np.random.Generator, side: int, _masks: list[Image.Image]) -> Image.Image:
    """Draw pointed leaves, some of them crossing."""
    shape = Image.new("L", (side, side))
    draw = ImageDraw.Draw(shape)
    for _ in range(rng.integers(2, 12)):
        start, angle = rng.uniform(-0.2, 1.2, 2) * side, rng.uniform(0, tau)
        length, wide = rng.uniform(0.2, 0.9) * side, rng.uniform(0.03, 0.15) * side
        end, aside = start + length * _unit(angle), wide * _unit(angle + pi / 2)
        left = _curve(start, (start + end) / 2 + aside, end)
        right = _curve(end, (start + end) / 2 - aside, start)
        draw.polygon(left + right, fill=255)
    return shape


def _bend(rng: np.random.Generator, side: int) -> list[Point]:
    start, knee, end = rng.uniform(-0.3, 1.3, (3, 2)) * side
    return _curve(start, knee if rng.random() < 0.5 else (start + end) / 2, end)


def _curve(start: Place, knee: Place, end: Place) -> list[Point]:
    """Return a quadratic Bézier curve in a dozen pieces."""
    t = np.linspace(0, 1, 13)[:, np.newaxis]
    return [*map(_point, (1 - t) ** 2 * start + 2 * t * (1 - t) * knee + t**2 * end)]


def _unit(angle: float) -> Place:
    return np.array([cos(angle), sin(angle)])


def _point(pair: Place) -> Point:
    return float(pair[0]), float(pair[1])


Draw = Callable[[np.random.Generator, int, list[Image.Image]], Image.Image]
KINDS: tuple[Draw, ...] = (_contour, _polygons, _wires, _net, _hair, _leaves)
ODDS = (0.36, 0.18, 0.16, 0.08, 0.12, 0.1)
