"""Which parts of a picture are backdrop, shadow or object."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cutout.arrays import label_components
from cutout.backdrop.border import Backdrop, Light, Mask, Plane
from cutout.backdrop.morphology import grow, largest_within, shrink

STRONG = 20.0
"""Distance (0..255) beyond which, or beyond twice `near`, a colour is not the backdrop's, whatever
the networks say."""
AGREED = 0.4
"""Alpha of the networks from which low contrast is taken for an object, not for noise."""
THICK = 4
"""Pixels; low contrast that is thicker than JPEG's ringing is an object as well."""
MIN_BACKDROP, MIN_HOLE, MIN_OBJECT = 2e-5, 1e-4, 2e-4
"""Shares of the picture's area: smaller parts are noise, or belong to what is around them."""
SURE_AROUND, HOLE_SHARE, SMALL_HOLE = 0.7, 0.5, 0.3
"""A part that is enclosed is a hole where the networks see the object around it and half of that
within; a small one where they see nothing within."""
SAME_AREA, SAME_SHADE, SAME_NOISE, LEAST_NOISE = 1e-3, 0.5, (0.75, 1.33), 0.3
"""A large enclosed part is a hole, whatever the networks say, where its mean shade (of 255) and its
noise are those of the backdrop outside: a white label has its own. Pure white has no noise to
compare."""
OUTLINE = 2
"""Pixels within which an outline has its largest step: some are a little soft."""
SHARP = 16.0
"""Mean step (0..255) at the outline of a hole, or of an object that the networks don't see:
highlights and clouds have none."""
SHADOW_ALPHA, SHADOW_STEP, SHADOW_DARK = 0.3, 9.0, 150.0
"""A shadow is a darker backdrop that the networks refuse, without a step of more than this between
neighbours, of 255: an object's outline has one."""
SHADOW_TINT, SHADOW_TINT_SHARE = 14.0, 0.1
"""How far the channels may differ, and more by so much of the shade."""
FLAT_STEP, FLAT_SHARE = 2.0, 0.6
"""A graphic has no texture: so much of its inside differs by no more than this from all
neighbours."""

Labels = npt.NDArray[np.int32]
Areas = npt.NDArray[np.intp]
"""Pixels of each label."""


@dataclass(frozen=True)
class Regions:
    """Masks at the working size. `holes` is backdrop that the object encloses, `flat` whether the
    picture is a graphic: one without texture, in which all enclosed backdrop is a hole."""

    objects: Mask
    shadow: Mask
    holes: Mask
    flat: bool


def find_regions(backdrop: Backdrop, alpha: Plane) -> Regions:
    """Return the regions of a picture with a plain backdrop. `alpha` (0..1) is the
    networks'."""
    labels, count = _labelled(backdrop.distance <= backdrop.near)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    large = areas >= max(4.0, MIN_BACKDROP * labels.size)
    large[0] = False
    outside = _touching(labels, count, backdrop.ring) & large
    contrast = _contrast(backdrop, alpha)
    steps = largest_within(_largest_step(backdrop.sharp), OUTLINE)
    flat = backdrop.clean and _is_flat(backdrop.light, contrast)
    holes = large & ~outside
    holes &= _have_outlines(labels, len(areas), holes, steps)
    if not flat:
        same = _are_the_same(labels, areas, backdrop, outside)
        holes &= same | _are_seen(labels, areas, holes, alpha, contrast)
    backs, inside = outside[labels], holes[labels]
    shadow = np.zeros_like(backs) if flat else _shadow(backdrop, alpha, backs, inside)
    objects = contrast & ~backs & ~inside & ~shadow
    objects = _without_specks(objects, alpha, steps, flat=flat)
    objects |= _enclosed(objects, backdrop.ring | backs | inside | shadow)
    return Regions(objects, shadow, inside, flat)


def _labelled(mask: Mask) -> tuple[Labels, int]:
    """Return `label_components` in half of the memory."""
    labels, count = label_components(mask)
    return labels.astype(np.int32), count


def _touching(labels: Labels, count: int, where: Mask) -> Mask:
    """Return for each label, 0 aside, whether it occurs in `where`."""
    found = np.zeros(count + 1, np.bool_)
    found[labels[where]] = True
    found[0] = False
    return found


def _contrast(backdrop: Backdrop, alpha: Plane) -> Mask:
    """Return where the colour is not the backdrop's: clearly, or a little in a thick part or where
    the networks agree."""
    distance = backdrop.distance
    strong = distance >= max(STRONG, 2 * backdrop.near)
    other = distance > backdrop.near
    thick = grow(shrink(other, THICK), THICK)
    return strong | (other & (thick | (alpha > AGREED)))


def _is_flat(light: Light, contrast: Mask) -> bool:
    core = shrink(contrast, 2)
    if not core.any():
        core = contrast
    if not core.any():
        return False
    span = largest_within(light, 1) - ~largest_within(~light, 1)  # the largest less the smallest
    return bool((span[core] <= FLAT_STEP).mean() >= FLAT_SHARE)


def _are_the_same(labels: Labels, areas: Areas, backdrop: Backdrop, outside: Mask) -> Mask:
    """Return for each label whether it shows the same backdrop as outside, by shade and noise."""
    count = len(areas)
    shade, noise = (_means(labels, each, count) for each in (backdrop.shade, backdrop.sharp))
    total = max(1, areas[outside].sum())
    usual_shade = (shade * areas)[outside].sum() / total
    usual_noise = (noise * areas)[outside].sum() / total
    least, most = SAME_NOISE
    alike = (noise >= least * usual_noise) & (noise <= most * usual_noise)
    alike &= np.abs(shade - usual_shade) <= SAME_SHADE
    same: Mask = alike & (areas >= SAME_AREA * labels.size) & (usual_noise >= LEAST_NOISE)
    return same


def _have_outlines(labels: Labels, count: int, chosen: Mask, steps: Plane) -> Mask:
    """Return for each label that is chosen whether there is a sharp step around it."""
    own = labels * chosen[labels]
    rim = np.where(own == 0, largest_within(own, 1), 0)
    sharp: Mask = _means(rim, steps, count) >= SHARP
    return sharp


def _are_seen(labels: Labels, areas: Areas, chosen: Mask, alpha: Plane, contrast: Mask) -> Mask:
    """Return for each label that is chosen whether the networks see a hole in it, and the object
    around it."""
    count = len(areas)
    own = labels * chosen[labels]
    near, rim = largest_within(own, THICK), largest_within(own, 1)
    around = _means(np.where((rim == 0) & contrast, near, 0), alpha, count)
    within = _means(own, alpha, count)
    seen = (around >= SURE_AROUND) & (within < HOLE_SHARE * around)
    found: Mask = np.where(areas >= MIN_HOLE * labels.size, seen, within < SMALL_HOLE)
    return found


def _means(labels: Labels, values: Plane, count: int) -> npt.NDArray[np.float64]:
    """Return the mean value of each label; 0 for one that doesn't occur."""
    flat = labels.ravel()
    sums = np.bincount(flat, values.ravel(), count)
    means: npt.NDArray[np.float64] = sums / np.maximum(np.bincount(flat, minlength=count), 1)
    return means


def _shadow(backdrop: Backdrop, alpha: Plane, backs: Mask, holes: Mask) -> Mask:
    """Return the shadows: what can be reached from the backdrop outside without a sharp step."""
    shade = backdrop.shade
    grey = backdrop.tint <= SHADOW_TINT + SHADOW_TINT_SHARE * np.maximum(shade, 0)
    possible = grey & (shade > 0) & (shade < SHADOW_DARK) & (alpha < SHADOW_ALPHA)
    possible &= _largest_step(shade) <= SHADOW_STEP
    possible &= ~backs & ~holes
    labels, count = _labelled(backs | possible)
    return _touching(labels, count, backs)[labels] & possible


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
    """Return the objects that the networks see as well, or that are large and have an outline. A
    graphic has dots."""
    labels, count = _labelled(objects)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    if flat:
        kept = areas >= 3
    else:
        large = areas >= MIN_OBJECT * objects.size
        edges = _means(np.where(shrink(objects, 1), 0, labels), steps, count + 1)
        kept = (large & (edges >= SHARP)) | (_means(labels, alpha, count + 1) > 0.5)
    kept[0] = False
    found: Mask = kept[labels]
    return found


def _enclosed(objects: Mask, known: Mask) -> Mask:
    """Return what no backdrop reaches: it belongs to the object around it."""
    labels, count = _labelled(~objects)
    reached = _touching(labels, count, known)
    enclosed: Mask = ~reached[labels] & ~objects
    return enclosed
