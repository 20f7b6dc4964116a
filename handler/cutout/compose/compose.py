"""Alpha and colours become what the options name."""

import numpy as np

from cutout.choices import FileFormat, Mode
from cutout.compose.background import Backdrop, lay_on
from cutout.compose.cutout import straight_rgba
from cutout.compose.objects import find_objects
from cutout.compose.placement import place
from cutout.compose.shadow import contact_shadow, lay_under
from cutout.options import Options
from cutout.pictures import Alpha, Composition, Picture, Pixels

WHITE = 255


def compose(
    picture: Picture, alpha: Alpha, options: Options, backdrop: Backdrop | None = None
) -> Composition:
    """The picture that `options` name, on `backdrop`, if there is one."""
    pixels, shade = _drawn(picture, alpha, options)
    profile = None if options.draws_mask else picture.icc_profile
    objects = find_objects(alpha) if options.needs_objects else ()
    placement = place(picture.size, picture.full_size, objects, shade, options)
    pixels, objects = placement.drawn(pixels), placement.objects(objects)
    under = None
    if options.format is FileFormat.ZIP:
        under = placement.drawn(np.asarray(picture.colour), WHITE)
    if backdrop is not None and not options.draws_mask:
        pixels = lay_on(pixels, backdrop, profile)
    told = objects if options.objects else None
    return Composition(pixels, profile, told, placement.full_size, under)


def _drawn(picture: Picture, alpha: Alpha, options: Options) -> tuple[Pixels, Alpha | None]:
    """The whole picture before it is cropped, and the shadow in it. A mask has no ICC profile,
    because the picture's is for colours."""
    if options.draws_mask:
        return alpha, None
    pixels = straight_rgba(picture, alpha)
    if options.mode is not Mode.FG_IMAGE_SHADOW:
        return pixels, None
    shade = contact_shadow(alpha, options.shadow)
    if shade is not None:
        lay_under(pixels, shade)
    return pixels, shade
