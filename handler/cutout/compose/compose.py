"""Alpha and colours become what the options name."""

from cutout.choices import Mode
from cutout.compose.background import Backdrop, lay_on
from cutout.compose.crop import crop_frame, cut, moved
from cutout.compose.cutout import straight_rgba
from cutout.compose.objects import find_objects
from cutout.compose.shadow import contact_shadow, lay_under
from cutout.options import Options
from cutout.pictures import Alpha, Composition, Picture, Pixels


def compose(
    picture: Picture, alpha: Alpha, options: Options, backdrop: Backdrop | None = None
) -> Composition:
    """The picture that `options` name, on `backdrop`, if there is one."""
    pixels, shade = _drawn(picture, alpha, options)
    profile = None if options.mode is Mode.FG_MASK else picture.icc_profile
    wanted = options.objects or options.crop is not None
    objects = find_objects(alpha) if wanted else ()
    if options.crop is not None:
        frame = crop_frame(objects, shade, options.crop, picture.size)
        pixels, objects = cut(pixels, frame), moved(objects, frame)
    if backdrop is not None and options.mode is not Mode.FG_MASK:
        pixels = lay_on(pixels, backdrop, profile)
    return Composition(pixels, profile, objects if options.objects else None)


def _drawn(picture: Picture, alpha: Alpha, options: Options) -> tuple[Pixels, Alpha | None]:
    """The whole picture before it is cropped, and the shadow in it. A mask has no ICC profile,
    because the picture's is for colours."""
    if options.mode is Mode.FG_MASK:
        return alpha, None
    pixels = straight_rgba(picture, alpha)
    if options.mode is Mode.FG_IMAGE:
        return pixels, None
    shade = contact_shadow(alpha, options.shadow)
    if shade is not None:
        lay_under(pixels, shade)
    return pixels, shade
