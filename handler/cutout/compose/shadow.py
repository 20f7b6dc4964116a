"""The object on its contact shadow.

An object that stands on the ground hides light from it: a narrow dark line where they touch, a
wide soft one around it. Both are drawn from the object's lower contour, at low resolution, since a
shadow has no detail, and lie wholly within the picture.
"""

from dataclasses import dataclass
from math import log, pi, radians, sqrt, tan

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutout.arrays import stripes
from cutout.options import ShadowLook
from cutout.pictures import Alpha, Pixels

Plane = npt.NDArray[np.float32]

WORK_SIDE = 512
SOLID = 128  # alpha from which a pixel belongs to the contour
CONTACT_RISE = 0.07  # of the object's height: a contour so far above the ground casts 1/e
NARROWEST = 0.35  # of a long contact's darkness: a mere point isn't darkened beyond 1 / 0.35
GROUND = 0.98  # of the columns end above the ground: a stray speck below it is not what stands
REACH = 8  # at 45 degrees a layer is drawn out by so many times its blur across
FADE = 0.05  # of the picture's sides
OUT_OF_SIGHT = 0.05  # of the object's height: how far below the border a cut object stands


@dataclass(frozen=True)
class Layer:
    """A blur of the contact line: radii as parts of the object's size, and the darkest value."""

    across: float
    along: float
    opacity: float

    def darkness(self, wanted: float) -> float:
        """The layer's opacity where all of them, one on the other, are to have the one wanted."""
        if wanted >= 1:
            return 1.0
        light: float = (1 - self.opacity) ** (log(1 - wanted) / log(1 - OPACITY))
        return 1 - light


@dataclass(frozen=True)
class Contact:
    """The object's lower contour: for each of its columns the row, and how much it touches the
    ground there (1 on it, falling off for contours above it)."""

    shape: tuple[int, ...]
    columns: npt.NDArray[np.intp]
    bottom: Plane
    touch: Plane

    def penumbra(self, across: float, along: float, reach: float) -> Plane:
        """The contour blurred by a Gaussian of `across` rows and `along` columns, drawn out by
        `reach` columns (to the right; negative to the left), and scaled so that its darkest place
        is 1, or less where the contact is much narrower than the blur."""
        down = np.arange(self.shape[0], dtype=np.float32)[:, np.newaxis] - self.bottom
        sideways = np.arange(self.shape[1], dtype=np.float32) - self.columns[:, np.newaxis]
        spread = _drawn_out(sideways, along, reach) / np.float32(along * sqrt(2 * pi))
        darkest = max(float((self.touch @ spread).max()), NARROWEST)
        blurred = (self.touch * _gaussian(down, across)) @ spread / darkest
        return blurred.astype(np.float32)


LAYERS = (Layer(across=0.012, along=0.02, opacity=0.55), Layer(0.045, 0.07, 0.40))
OPACITY = ShadowLook().opacity  # of both layers: 1 - 0.45 * 0.60


def contact_shadow(alpha: Alpha, look: ShadowLook) -> Alpha | None:
    """The shadow's own opacity, of `alpha`'s shape; none where there is no object."""
    height, width = alpha.shape
    scale = min(1.0, WORK_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    solid = np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BOX)) >= SOLID
    if not solid.any():
        return None
    small = Image.fromarray(_shadow(solid, look))
    return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR))


def _shadow(solid: npt.NDArray[np.bool_], look: ShadowLook) -> Alpha:
    rows, columns = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
    object_height = int(rows[-1] - rows[0] + 1)
    object_size = float(np.hypot(object_height, columns[-1] - columns[0] + 1))
    contact = _contact(solid, columns, object_height)
    light: Plane = np.ones(solid.shape, np.float32)
    width, tilt = object_size * 2 * look.softness, object_size * tan(radians(look.angle))
    for layer in LAYERS:
        penumbra = contact.penumbra(
            max(layer.across * width, 1), max(layer.along * width, 1), layer.across * REACH * tilt
        )
        light *= 1 - np.float32(layer.darkness(look.opacity)) * penumbra
    return ((1 - light) * _fade(solid.shape) * 255 + 0.5).astype(np.uint8)


def _fade(shape: tuple[int, ...]) -> Plane:
    """1, falling to 0 at the lower and the side borders, where a shadow cut off would show as a
    hard line."""
    down, across = (np.arange(length, dtype=np.float32) + 0.5 for length in shape)
    lower = np.minimum(1, (shape[0] - down) / (FADE * shape[0]))
    sides = np.minimum(1, np.minimum(across, shape[1] - across) / (FADE * shape[1]))
    fade: Plane = lower[:, np.newaxis] * sides
    return fade


def _contact(
    solid: npt.NDArray[np.bool_], columns: npt.NDArray[np.intp], object_height: int
) -> Contact:
    bottom = solid.shape[0] - 1 - solid[::-1, columns].argmax(axis=0).astype(np.float32)
    cut = bottom == solid.shape[0] - 1
    bottom += cut * (OUT_OF_SIGHT * object_height)
    ground = np.quantile(bottom, GROUND)
    rise = np.maximum(0, ground - bottom) / max(1.0, CONTACT_RISE * object_height)
    return Contact(solid.shape, columns, bottom, np.exp(-rise).astype(np.float32))


def _gaussian(distance: Plane, sigma: float) -> Plane:
    falloff: Plane = np.exp(-0.5 * np.square(distance / np.float32(sigma)))
    return falloff


def _drawn_out(distance: Plane, sigma: float, reach: float) -> Plane:
    """The mean of Gaussians from here to `reach` away, each fainter than the one before, and so
    close that none of them shows. `distance` holds whole numbers less than its width."""
    if not reach:
        return _gaussian(distance, sigma)
    width = distance.shape[1]
    steps = np.linspace(0, 1, 2 + int(2 * abs(reach) / sigma), endpoint=False, dtype=np.float32)
    line = np.arange(-width, width + 1, dtype=np.float32)
    copies = _gaussian(line - steps[:, np.newaxis] * np.float32(reach), sigma)
    drawn: Plane = ((1 - steps) @ copies / (1 - steps).sum())[(distance + width).astype(np.intp)]
    return drawn


def lay_under(pixels: Pixels, darkness: Alpha) -> None:
    """Black of the given opacity behind straight-alpha pixels, in place (Porter and Duff 1984,
    "over"). Opaque pixels stay as they are."""
    for rows in stripes(len(pixels)):
        stripe, shade = pixels[rows], darkness[rows]
        alpha = stripe[..., 3]
        soft = np.flatnonzero((shade > 0) & (alpha > 0) & (alpha < 255))
        np.copyto(alpha, shade, where=alpha == 0)  # nothing shows there, so its colour is black
        over = stripe.reshape(-1, 4)  # a view: whole rows are contiguous
        over[soft] = _over_black(over[soft], shade.reshape(-1)[soft])


def _over_black(over: Pixels, shade: Alpha) -> Pixels:
    """Shape (n, 4) over black of opacity `shade`, shape (n,)."""
    blended = over.astype(np.float32)
    alpha = over[:, 3].astype(np.float32)
    total = alpha + shade * (1 - alpha / 255)
    blended[:, :3] *= (alpha / total)[:, np.newaxis]
    blended[:, 3] = total
    rounded: Pixels = (blended + 0.5).astype(np.uint8)
    return rounded
