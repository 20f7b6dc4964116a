"""Draw the contact shadow of an object.

An object that stands on the ground hides light from it: a narrow dark line where they touch, a wide
soft one around it. Both are drawn from the object's lower contour, at low resolution because a
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
"""Longest side, in pixels, at which a shadow is drawn."""
SOLID = 128
"""Alpha from which a pixel belongs to the contour."""
CONTACT_RISE = 0.07
"""Height above the ground at which a contour casts 1/e of the shadow, as a fraction of the object's
height."""
NARROWEST = 0.35
"""Fraction of a long contact's darkness below which a narrow contact is not scaled up further."""
GROUND = 0.98
"""Quantile of the contour's rows that is the ground; lower columns are stray specks."""
REACH = 8
"""Length of the drawn-out shadow at 45 degrees, in multiples of the layer's blur across."""
FADE = 0.05
"""Fraction of the picture's sides over which a shadow fades out at the border."""
OUT_OF_SIGHT = 0.05
"""Assumed depth of the ground below the border for an object that is cut off, as a fraction of its
height."""


@dataclass(frozen=True)
class Layer:
    """Hold a blur of the contact line: radii as fractions of the object's size, and its opacity."""

    across: float
    along: float
    opacity: float

    def darkness(self, wanted: float) -> float:
        """Return the layer's opacity at which all layers together have the wanted one."""
        if wanted >= 1:
            return 1.0
        light: float = (1 - self.opacity) ** (log(1 - wanted) / log(1 - OPACITY))
        return 1 - light


@dataclass(frozen=True)
class Contact:
    """Hold the object's lower contour: each column's row, and how much it touches the ground.

    `touch` is 1 on the ground and falls off for contours above it.
    """

    shape: tuple[int, ...]
    columns: npt.NDArray[np.intp]
    bottom: Plane
    touch: Plane

    def penumbra(self, across: float, along: float, reach: float) -> Plane:
        """Return the contour blurred by a Gaussian of `across` rows and `along` columns.

        It is drawn out by `reach` columns (positive to the right) and scaled so that its darkest
        value is 1, or less if the contact is much narrower than the blur.
        """
        down = np.arange(self.shape[0], dtype=np.float32)[:, np.newaxis] - self.bottom
        sideways = np.arange(self.shape[1], dtype=np.float32) - self.columns[:, np.newaxis]
        spread = _drawn_out(sideways, along, reach) / np.float32(along * sqrt(2 * pi))
        darkest = max(float((self.touch @ spread).max()), NARROWEST)
        blurred = (self.touch * _gaussian(down, across)) @ spread / darkest
        return blurred.astype(np.float32)


LAYERS = (Layer(across=0.012, along=0.02, opacity=0.55), Layer(0.045, 0.07, 0.40))
"""The line where object and ground touch, and the soft shadow around it."""
OPACITY = ShadowLook().opacity  # of both layers: 1 - 0.45 * 0.60


def contact_shadow(alpha: Alpha, look: ShadowLook) -> Alpha | None:
    """Return the shadow's opacity, in the shape of `alpha`; None if there is no object."""
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
    """Return 1, falling to 0 at the lower and the side borders.

    A shadow that is cut off there would show as a hard line.
    """
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
    """Return the mean of Gaussians from here to `reach` away, each fainter than the one before.

    They are so close together that no single one shows. `distance` holds whole numbers less than
    its width.
    """
    if not reach:
        return _gaussian(distance, sigma)
    width = distance.shape[1]
    steps = np.linspace(0, 1, 2 + int(2 * abs(reach) / sigma), endpoint=False, dtype=np.float32)
    line = np.arange(-width, width + 1, dtype=np.float32)
    copies = _gaussian(line - steps[:, np.newaxis] * np.float32(reach), sigma)
    drawn: Plane = ((1 - steps) @ copies / (1 - steps).sum())[(distance + width).astype(np.intp)]
    return drawn


def lay_under(pixels: Pixels, darkness: Alpha) -> None:
    """Lay black of the given opacity behind straight-alpha pixels, in place.

    The operator is "over" (Porter and Duff 1984). Opaque pixels stay as they are.
    """
    for rows in stripes(len(pixels)):
        stripe, shade = pixels[rows], darkness[rows]
        if not shade.any():  # the shadow lies at the object's foot
            continue
        alpha = stripe[..., 3]
        soft = np.flatnonzero((shade > 0) & (alpha > 0) & (alpha < 255))
        np.copyto(alpha, shade, where=alpha == 0)  # the colour of what is invisible is black
        over = stripe.reshape(-1, 4)  # a view: whole rows are contiguous
        over[soft] = _over_black(over[soft], shade.reshape(-1)[soft])


def _over_black(over: Pixels, shade: Alpha) -> Pixels:
    """Return pixels of shape (n, 4) over black of opacity `shade`, shape (n,)."""
    blended = over.astype(np.float32)
    alpha = over[:, 3].astype(np.float32)
    total = alpha + shade * (1 - alpha / 255)
    blended[:, :3] *= (alpha / total)[:, np.newaxis]
    blended[:, 3] = total
    rounded: Pixels = (blended + 0.5).astype(np.uint8)
    return rounded
