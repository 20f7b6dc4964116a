"""Partition a picture into backdrop, shadow, reflection and object."""

from dataclasses import dataclass

import numpy as np

from cutout.arrays import Labels, label_components
from cutout.backdrop.border import Light, PlainBackdrop
from cutout.backdrop.masks import (
    Areas,
    Mask,
    Plane,
    areas_of,
    grow,
    largest_within,
    means,
    shrink,
    touching,
)
from cutout.backdrop.reflection import find_reflections
from cutout.backdrop.watermark import find_watermark

STRONG = 20.0
"""Distance (0..255) beyond which, if also beyond twice `near`, a pixel is never backdrop."""
AGREED = 0.4
"""Alpha of the networks above which low contrast is an object and not noise."""
THICK = 4
"""Pixels: low contrast thicker than JPEG's ringing is an object as well."""
MIN_BACKDROP, MIN_HOLE, MIN_OBJECT = 2e-5, 1e-4, 2e-4
"""Minimum shares of the picture's area; smaller parts are noise, or belong to their
surroundings."""
SURE_AROUND, HOLE_SHARE, SMALL_HOLE = 0.7, 0.5, 0.3
"""An enclosed part is a hole if the networks' alpha around it is at least 0.7, and within it less
than half of that. A small part is a hole if the alpha within is less than 0.3."""
SAME_AREA, SAME_SHADE, SAME_NOISE, LEAST_NOISE = 1e-3, 0.5, (0.75, 1.33), 0.3
"""A large enclosed part is a hole, whatever the networks say, if its mean shade (0..255) and its
noise are those of the backdrop outside: a white label has its own. Pure white has too little noise
to compare."""
OUTLINE = 2
"""Pixels within which an outline has its largest step, because some outlines are soft."""
SHARP = 16.0
"""Minimum mean step (0..255) at the outline of a hole, or of an object that the networks don't see.
Highlights and clouds have no such outline."""
STEP, CLOSED = 4.0, 0.8
"""The smallest step (0..255) of an outline, and the share of a hole's outline that has one. A
highlight in metal between dark lines has steps on some of its sides."""
SHADOW_ALPHA, SHADOW_STEP, SHADOW_DARK = 0.3, 9.0, 150.0
"""Limits of a shadow: the networks' alpha, the step between neighbours, and the shade (0..255). An
object's outline has a larger step."""
CONTACT_ROWS, CONTACT_SIDE, CONTACT_STEP = (1, 2, 4, 8, 16), 4, 0.2
"""A shadow has larger steps where the object meets the ground. Within 31 rows (the sum of
CONTACT_ROWS) below the part that the networks see, and 4 pixels to each side, its largest step is
SHADOW_STEP plus a fifth of the shade."""
GLOW, GLOW_STEP = 60.0, 4.0
"""How much lighter than fitted a backdrop may be in a studio's light, and the largest step
there."""
SHADOW_TINT, SHADOW_TINT_SHARE = 14.0, 0.1
"""Maximum tint of a shadow (0..255): a constant plus a share of the shade."""
FLAT_STEP, FLAT_SHARE = 2.0, 0.6
"""A graphic has no texture: 60 % of its inside differs by at most this from all neighbours."""
MAX_SOFT = 0.1
"""Maximum share of the picture that is a graphic's soft shadows."""


@dataclass(frozen=True)
class Regions:
    """Hold masks at the working size.

    `holes` is backdrop that the object encloses, `marks` are a watermark's strokes. `flat` is true
    for a graphic: a picture without texture, in which all enclosed backdrop is a hole.
    """

    objects: Mask
    shadow: Mask
    reflections: Mask
    holes: Mask
    marks: Mask
    flat: bool


def find_regions(backdrop: PlainBackdrop, alpha: Plane) -> Regions:
    """Return the regions of a picture with a plain backdrop. `alpha` (0..1) is the networks'."""
    labels, count = label_components(backdrop.distance <= backdrop.near)
    areas = areas_of(labels, count)
    large = areas >= max(4.0, MIN_BACKDROP * labels.size)
    large[0] = False
    outside = touching(labels, count, backdrop.ring) & large
    contrast = _contrast(backdrop, alpha)
    steps = largest_within(_largest_step(backdrop.sharp), OUTLINE)
    backs = outside[labels]
    shadow = _shadow(backdrop, alpha, backs)
    flat = backdrop.clean and not backdrop.cell and _is_flat(backdrop.light, contrast, shadow)
    holes = large & ~outside
    if not backdrop.cell:  # a checker is recognized anywhere, outline or not
        holes &= _have_outlines(labels, len(areas), holes, steps)
    if not (flat or backdrop.cell):
        same = _are_the_same(labels, areas, backdrop, outside)
        holes &= same | _are_seen(labels, areas, holes, alpha, contrast)
    inside = holes[labels]
    shadow = np.zeros_like(backs) if flat else shadow & ~inside
    objects = contrast & ~backs & ~inside & ~shadow
    marks = np.zeros_like(objects) if flat else find_watermark(objects, backdrop, alpha)
    objects &= ~marks
    reflections = np.zeros_like(objects) if flat else find_reflections(objects, backdrop, alpha)
    objects &= ~reflections
    objects = _without_specks(objects, alpha, steps, flat=flat)
    known = backdrop.ring | backs | inside | shadow | reflections
    if backdrop.cell:  # parts smaller than a cell may be holes
        known |= (backdrop.distance <= backdrop.near + 1) & (alpha < AGREED)
    objects |= _enclosed(objects, known, alpha)
    return Regions(objects, shadow, reflections, inside, marks, flat)


def _contrast(backdrop: PlainBackdrop, alpha: Plane) -> Mask:
    """Return where the colour clearly differs from the backdrop's.

    A small difference counts in a thick part, or where the networks agree.
    """
    distance = backdrop.distance
    strong = distance >= max(STRONG, 2 * backdrop.near)
    other = distance > backdrop.near
    thick = grow(shrink(other, THICK), THICK)
    if backdrop.cell:  # the ends of its cells deviate a little everywhere
        return strong | (other & thick)
    return strong | (other & (thick | (alpha > AGREED)))


def _is_flat(light: Light, contrast: Mask, shadow: Mask) -> bool:
    """Return whether the foreground has no texture; a shadow under studio light has none either."""
    if shadow.mean() > MAX_SOFT:
        return False
    contrast = contrast & ~shadow
    core = shrink(contrast, 2)
    if not core.any():
        core = contrast
    if not core.any():
        return False
    span = largest_within(light, 1) - ~largest_within(~light, 1)  # largest minus smallest
    return bool((span[core] <= FLAT_STEP).mean() >= FLAT_SHARE)


def _are_the_same(labels: Labels, areas: Areas, backdrop: PlainBackdrop, outside: Mask) -> Mask:
    """Return for each label whether its shade and noise are those of the backdrop outside."""
    count = len(areas)
    shade, noise = (means(labels, each, count) for each in (backdrop.shade, backdrop.sharp))
    total = max(1, areas[outside].sum())
    usual_shade = (shade * areas)[outside].sum() / total
    usual_noise = (noise * areas)[outside].sum() / total
    least, most = SAME_NOISE
    alike = (noise >= least * usual_noise) & (noise <= most * usual_noise)
    alike &= np.abs(shade - usual_shade) <= SAME_SHADE
    same: Mask = alike & (areas >= SAME_AREA * labels.size) & (usual_noise >= LEAST_NOISE)
    return same


def _have_outlines(labels: Labels, count: int, chosen: Mask, steps: Plane) -> Mask:
    """Return for each label that is chosen whether there is a sharp step on all of its sides."""
    own = labels * chosen[labels]
    rim = np.where(own == 0, largest_within(own, 1), 0)
    sharp = means(rim, steps, count) >= SHARP
    closed: Mask = means(rim, (steps >= STEP).astype(np.float32), count) >= CLOSED
    return sharp & closed


def _are_seen(labels: Labels, areas: Areas, chosen: Mask, alpha: Plane, contrast: Mask) -> Mask:
    """Return for each chosen label whether the networks see a hole, and the object around it."""
    count = len(areas)
    own = labels * chosen[labels]
    near, rim = largest_within(own, THICK), largest_within(own, 1)
    around = means(np.where((rim == 0) & contrast, near, 0), alpha, count)
    within = means(own, alpha, count)
    seen = (around >= SURE_AROUND) & (within < HOLE_SHARE * around)
    found: Mask = np.where(areas >= MIN_HOLE * labels.size, seen, within < SMALL_HOLE)
    return found


def _shadow(backdrop: PlainBackdrop, alpha: Plane, backs: Mask) -> Mask:
    """Return the shadows: pixels connected with the backdrop outside without a sharp step."""
    shade = backdrop.shade
    grey = backdrop.tint <= SHADOW_TINT + SHADOW_TINT_SHARE * np.maximum(shade, 0)
    possible = grey & (shade > -GLOW) & (shade < SHADOW_DARK) & (alpha < SHADOW_ALPHA)
    contact = _beneath(alpha >= SURE_AROUND)
    steepest = SHADOW_STEP + CONTACT_STEP * np.maximum(shade, 0) * contact
    possible &= _largest_step(shade) <= np.where(shade > 0, steepest, GLOW_STEP)
    possible &= ~backs
    labels, count = label_components(backs | possible)
    return touching(labels, count, backs)[labels] & possible


def _beneath(seen: Mask) -> Mask:
    """Return the pixels below those seen, where they may meet the ground."""
    beneath = grow(seen, CONTACT_SIDE)
    for rows in CONTACT_ROWS:  # each step doubles the reach
        beneath[rows:] |= beneath[:-rows]
    return beneath


def _largest_step(values: Plane) -> Plane:
    """Return the largest difference of each pixel from its four neighbours."""
    steps = np.zeros_like(values)
    across, down = np.abs(np.diff(values, axis=1)), np.abs(np.diff(values, axis=0))
    for part, step in (
        (steps[:, :-1], across),
        (steps[:, 1:], across),
        (steps[:-1], down),
        (steps[1:], down),
    ):
        np.maximum(part, step, out=part)
    return steps


def _without_specks(objects: Mask, alpha: Plane, steps: Plane, *, flat: bool) -> Mask:
    """Return the objects that the networks see as well, or that are large and have an outline.

    In a graphic, dots of three pixels are kept.
    """
    labels, count = label_components(objects)
    areas = areas_of(labels, count)
    if flat:
        kept = areas >= 3
    else:
        large = areas >= MIN_OBJECT * objects.size
        edges = means(np.where(shrink(objects, 1), 0, labels), steps, count + 1)
        kept = (large & (edges >= SHARP)) | (means(labels, alpha, count + 1) > 0.5)
    kept[0] = False
    found: Mask = kept[labels]
    return found


def _enclosed(objects: Mask, known: Mask, alpha: Plane) -> Mask:
    """Return the pixels that no backdrop reaches: they belong to the object around them.

    Gaps that the networks see in an object do not, such as narrow ones that both sides darken.
    """
    labels, count = label_components(~objects)
    near = np.where(shrink(objects, 1), largest_within(labels, THICK), 0)
    within, around = (means(each, alpha, count + 1) for each in (labels, near))
    gaps = (within < SMALL_HOLE) & (around >= SURE_AROUND)
    reached = touching(labels, count, known) | gaps
    enclosed: Mask = ~reached[labels] & ~objects
    return enclosed
