"""Compose the object on a transparent or another background."""

import numpy as np
from PIL import Image

from cutout.arrays import stripes
from cutout.choices import FileFormat, Mode
from cutout.compose.background import Backdrop, lay_on
from cutout.compose.foreground import restore_colours
from cutout.compose.objects import find_objects, shadow_box
from cutout.compose.placement import place
from cutout.compose.shadow import contact_shadow, lay_under
from cutout.compose.soft_blocks import BLOCK, find_blocks
from cutout.compose.spill import mean_alpha
from cutout.options import Options
from cutout.pictures import Alpha, Composition, Picture, Pixels

WHITE = 255


def straight_rgba(picture: Picture, alpha: Alpha) -> Pixels:
    """Return writable pixels of shape (height, width, 4) with straight alpha.

    Opaque pixels keep the picture's colour, as do those that were transparent in the input. Soft
    edges get the object's colour alone, so that they neither darken nor show the old background.
    If the file's chroma is coarse, opaque pixels beside them lose the old background's tint. Pixels
    with zero alpha are zero, so that nothing hidden is sent and the file is small.
    """
    width, height = picture.size
    pixels = np.empty((height, width, 4), np.uint8)
    packed = pixels.view(np.uint32)[..., 0]  # a pixel in one word: 17 times as fast as by channel
    blocks = find_blocks(alpha)
    if picture.coarse_chroma:
        blocks = blocks.with_neighbours()
    mixed = np.empty((BLOCK**2, len(blocks.soft)), np.uint32)
    for rows in stripes(height):
        image = picture.flattened.crop((0, rows.start, width, rows.stop))
        image.putalpha(Image.fromarray(alpha[rows]))
        words = np.asarray(image).view(np.uint32)[..., 0]
        blocks.cut(words, rows.start, mixed)
        np.multiply(words, alpha[rows] > 0, out=packed[rows])
    if len(blocks.soft):
        chroma = mean_alpha(alpha, blocks) if picture.coarse_chroma else None
        pure = restore_colours(mixed, picture.flattened, blocks, chroma)
        for rows in stripes(height):
            blocks.paste(packed[rows], rows.start, pure)
    if picture.own_alpha is not None:
        _keep_straight(pixels, picture.colour, picture.own_alpha)
    return pixels


def _keep_straight(pixels: Pixels, colour: Image.Image, own_alpha: Alpha) -> None:
    """Restore, in place, the colours of pixels that were transparent in the input.

    Their colours are not mixed with any background.
    """
    for rows in stripes(len(pixels)):
        stripe = pixels[rows]
        own = (own_alpha[rows] < 255) & (stripe[..., 3] > 0)
        seen = np.asarray(colour.crop((0, rows.start, colour.width, rows.stop)))
        np.copyto(stripe[..., :3], seen, where=own[..., np.newaxis])


def compose(
    picture: Picture, alpha: Alpha, options: Options, backdrop: Backdrop | None = None
) -> Composition:
    """Return the picture that `options` describe, on `backdrop` if there is one."""
    pixels, shade = _drawn(picture, alpha, options)
    profile = None if options.draws_mask else picture.icc_profile
    objects = find_objects(alpha) if options.needs_objects else ()
    shadow = shadow_box(shade) if options.needs_objects else None
    placement = place(picture.size, picture.full_size, objects, shadow, options)
    pixels, objects = placement.drawn(pixels), placement.objects(objects)
    under = None
    if options.format is FileFormat.ZIP:
        under = placement.drawn(np.asarray(picture.flattened), WHITE)
    if backdrop is not None and not options.draws_mask:
        pixels = lay_on(pixels, backdrop, profile)
    if not options.objects:
        return Composition(pixels, profile, None, placement.full_size, under)
    shown = None if shadow is None else placement.box(shadow)
    return Composition(pixels, profile, objects, placement.full_size, under, shadow=shown)


def _drawn(picture: Picture, alpha: Alpha, options: Options) -> tuple[Pixels, Alpha | None]:
    """Return the whole picture before it is placed, and the shadow in it."""
    if options.draws_mask:
        return alpha, None
    pixels = straight_rgba(picture, alpha)
    if options.mode is not Mode.FG_IMAGE_SHADOW:
        return pixels, None
    shade = contact_shadow(alpha, options.shadow)
    if shade is not None:
        lay_under(pixels, shade)
    return pixels, shade
