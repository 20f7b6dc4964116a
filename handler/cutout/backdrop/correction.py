"""Correct the networks' alpha by the evidence of a plain backdrop."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from cutout.backdrop.border import BOX, WORK_SIDE, PlainBackdrop, find_backdrop, work_size
from cutout.backdrop.checker import find_checker
from cutout.backdrop.frame import FramedArea, find_framed_area
from cutout.backdrop.masks import Mask, Plane, grow, largest_within, shrink
from cutout.backdrop.regions import Regions, find_regions
from cutout.backdrop.rim import Rim, rim_of
from cutout.pictures import Alpha

KEPT = 0.9
"""Alpha of the networks that is kept in front of the backdrop's colour, as for white on white."""
BLANK = 0.01
"""If the networks see less than this share of the picture, and there is no object, it is empty."""
RIM, BAND = 2, 3
"""Pixels from its edge at which an object is opaque, and within which the networks decide."""
DISAGREEMENT = 0.25
"""Difference of alpha up to which the networks decide."""
GROWN = 5
"""Pixels around a disagreement that are corrected with it, such as its soft edge."""
SEEN, UNSEEN = 0.7, 0.3
"""Alpha of the networks above which they see a subject, and below which they see none."""
SUBJECT, ADDED, MOSTLY_ADDED = 0.12, 0.2, 0.6
"""Shares of the object's area: seen by the networks; added by the backdrop; mostly added."""
FILLED, DEPTH = 0.6, 0.012
"""Share of a box's side that is filled, and the depth of that side as a fraction of the picture. A
photo in a frame or between bars is plain outside as well. So nothing is corrected if the backdrop
adds a fifth of the object, and the object reaches two opposite sides of the picture and fills the
other two sides of its box. If the networks see a subject, nothing is corrected either if the
backdrop adds most of the object, or a fifth and all four sides of its box are filled."""
PEAK = 3
"""Pixels within which the object's own colour is searched."""
SLIT, FAINT_MIXTURE = 4, 0.4
"""Pixels within which both sides of a slit are, and the share of the object's colour up to which a
pixel may be part of it."""


@dataclass(frozen=True)
class Correction:
    """Hold the alpha that a plain backdrop decides, at the working size.

    It decides where `changed` is true. Elsewhere `alpha` is the networks', so that the two blend
    when they are enlarged; `rim` refines it at the size of a larger picture.
    """

    alpha: Alpha
    changed: Mask
    rim: Rim | None = None

    def applied(self, alpha: Alpha) -> Alpha:
        """Return `alpha`, of any size, with the changes in it."""
        size = alpha.shape[1], alpha.shape[0]
        if alpha.shape == self.alpha.shape:
            return np.where(self.changed, self.alpha, alpha)
        changed = Image.fromarray(self.changed).resize(size, Image.Resampling.NEAREST)
        own = Image.fromarray(self.alpha).resize(size, Image.Resampling.BILINEAR)
        return np.where(np.asarray(changed), np.asarray(own), alpha)

    def with_rim(self, alpha: Alpha, image: Image.Image) -> Alpha:
        """Return `alpha`, of the size of `image`, with exact rims where the backdrop decides."""
        if self.rim is None:
            return alpha
        height, width = self.alpha.shape
        return self.rim.drawn(alpha, image, image.width / width, image.height / height)


def find_correction(coarse: Alpha, image: Image.Image) -> Correction | None:
    """Return the correction of the networks' alpha for an image in mode RGB.

    Return None if the image's border is not plain, or nothing is to be changed.
    """
    area = find_framed_area(image)
    within = None if area is None else _correct_framed(coarse, image, area)
    if within is not None:
        return within
    backdrop = find_backdrop(image) or find_checker(image)
    if backdrop is None:
        return None
    height, width = backdrop.distance.shape
    small = Image.fromarray(coarse).resize((width, height), BOX)
    return _correct(backdrop, small, exact=max(image.size) > WORK_SIDE)


def _correct_framed(coarse: Alpha, image: Image.Image, area: FramedArea) -> Correction | None:
    """Correct the area inside a frame as if the picture ended there, and clear the rest."""
    width, height = work_size(image)
    left, top, right, bottom = area
    size = right - left, bottom - top
    part = image.resize(size, BOX, _scaled(area, image.width / width, image.height / height))
    backdrop = find_backdrop(part)
    if backdrop is None:
        return None
    square = Image.fromarray(coarse)
    box = _scaled(area, square.width / width, square.height / height)
    found = _correct(backdrop, square.resize(size, BOX, box), exact=max(image.size) > WORK_SIDE)
    alpha, changed = np.zeros((height, width), np.uint8), np.ones((height, width), np.bool_)
    place = slice(top, bottom), slice(left, right)
    changed[place] = False if found is None else found.changed
    if found is None:
        return Correction(alpha, changed)
    alpha[place] = found.alpha
    rim = None if found.rim is None else found.rim.moved(left, top)
    return Correction(alpha, changed, rim)


def _scaled(box: FramedArea, across: float, down: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return left * across, top * down, right * across, bottom * down


def _correct(backdrop: PlainBackdrop, coarse: Image.Image, *, exact: bool) -> Correction | None:
    """Correct the networks' alpha, of the backdrop's size.

    `exact` adds a rim for a larger picture.
    """
    alpha = np.asarray(coarse, np.float32) / np.float32(255)
    regions = find_regions(backdrop, alpha)
    if not regions.flat and _is_framed(regions.objects | regions.marks, alpha):
        return None
    own = _alpha(backdrop, regions, alpha)
    changed = np.ones_like(regions.objects) if regions.flat else _changed(own, alpha, regions)
    edges = changed & ~(regions.shadow | regions.reflections)
    if not (regions.flat or backdrop.clean):
        changed &= own <= alpha
        edges &= changed & (own > 0)
    if not changed.any():
        return None
    rim = rim_of(backdrop, regions.objects, edges) if exact else None
    joint = np.where(changed, own, alpha)
    return Correction(np.rint(joint * 255).astype(np.uint8), changed, rim)


def _is_framed(objects: Mask, alpha: Plane) -> bool:
    area = np.count_nonzero(objects)
    if not area:
        return False
    subject = np.count_nonzero(objects & (alpha > SEEN)) / area
    added = np.count_nonzero(objects & (alpha < UNSEEN)) / area
    if added < ADDED:
        return False
    down, across = _filled_sides(objects), _filled_sides(objects.T)
    if (down and _reaches_across(objects.T)) or (across and _reaches_across(objects)):
        return True
    return bool(subject >= SUBJECT and (added >= MOSTLY_ADDED or (down and across)))


def _filled_sides(objects: Mask) -> bool:
    """Return whether the objects fill the first and the last rows of their box."""
    rows, columns = (np.flatnonzero(objects.any(axis=axis)) for axis in (1, 0))
    box = objects[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    deep = max(3, round(DEPTH * len(objects)))
    return all(bool(side.any(axis=0).mean() >= FILLED) for side in (box[:deep], box[-deep:]))


def _reaches_across(objects: Mask) -> bool:
    """Return whether the objects reach the picture's first and last rows."""
    first, last = objects[:3].any(), objects[-3:].any()
    return bool(first and last)


def _alpha(backdrop: PlainBackdrop, regions: Regions, alpha: Plane) -> Plane:
    """Return 1 within objects and 0 outside.

    At their rim a colour is a mixture of the backdrop's, which is known, and the object's: the
    farthest from it nearby.
    """
    sharp, objects = backdrop.sharp, regions.objects
    floor = np.float32(backdrop.near / 2)
    peak = largest_within(sharp, PEAK)
    mixture = np.clip((sharp - floor) / np.maximum(peak - floor, 1), 0, 1)
    inner, outer = shrink(objects, RIM) & ~_slits(mixture, alpha), grow(objects, 1)
    own = np.where(inner, np.float32(1), mixture) * outer
    if regions.flat:
        return np.where(regions.holes & (sharp <= backdrop.near), np.float32(0), own)
    dim = regions.shadow | regions.reflections
    own *= objects | (~dim & (sharp > backdrop.near))
    kept = (alpha > KEPT) & ~regions.holes & ~regions.reflections
    if backdrop.cell:  # an object in one of the checker's colours extends at most a cell
        kept &= grow(objects, round(backdrop.cell))
    if not objects.any() and kept.mean() < BLANK:
        kept = np.zeros_like(kept)
    corrected: Plane = np.where(kept, np.maximum(own, alpha), own)
    return corrected


def _slits(mixture: Plane, alpha: Plane) -> Mask:
    """Return the pixels nearly of the backdrop's colour that the networks see as gaps in an object.

    In gaps of two or three pixels, the colours of their sides leave no pixel of pure backdrop.
    """
    between = (alpha < UNSEEN) & (largest_within(alpha, SLIT) > KEPT)
    slits: Mask = between & (mixture < FAINT_MIXTURE)
    return slits


def _changed(own: Plane, alpha: Plane, regions: Regions) -> Mask:
    """Return where the networks are overruled.

    That is around clear disagreements, and wherever they leave a veil over pixels that are wholly
    object or backdrop.
    """
    band = grow(regions.objects, BAND) & ~shrink(regions.objects, BAND)
    difference = np.abs(own - alpha)
    veil = (difference > 0) & ((own == 0) | (own == 1)) & ~band
    changed: Mask = grow((difference > DISAGREEMENT) & ~band, GROWN) | veil
    return changed
