"""Hold what the library returns of a picture."""

from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from cutout.choices import FileFormat, Mode
from cutout.compose.compose import straight_rgba
from cutout.encode.encode import Encoding, encode
from cutout.engine import no_networks
from cutout.library.options import FormatName, choose, require_count
from cutout.options import QUALITY, Options
from cutout.pictures import Alpha, Composition, FoundObject, Matte, Picture, Pixels, Quality
from cutout.timing import NO_DEADLINE, Clock
from cutout.work import PictureWork


@dataclass(frozen=True, eq=False)
class CutOut:
    """Hold a cut-out and what is known of it.

    `image` is as the options say. `objects`, the largest first, have their boxes in its pixels.
    `alpha` (uint8, height by width) is that of the whole picture before it is cropped or placed on
    a canvas. With `max_side` or `max_megapixels`, but no crop, canvas or mask, it may be that of a
    smaller copy, whose longer side has at least 400 pixels. `foreground` is computed from it, in
    its size. `doubt` says how sure the networks are: `doubt.verdict` is `found nothing`,
    `unsure` or `fine`.
    """

    image: Image.Image
    alpha: Alpha = field(repr=False)
    objects: tuple[FoundObject, ...]
    doubt: Quality
    _picture: Picture = field(repr=False)
    _composition: Composition = field(repr=False)
    _options: Options = field(repr=False)
    _work: PictureWork = field(repr=False)
    """Composes, but holds no networks: these may go while a cut-out stays."""

    @property
    def foreground(self) -> Pixels:
        """Return the whole picture as straight RGBA, shape (height, width, 4), uint8.

        Soft edges have the object's own colours; transparent pixels are zero.
        """
        return straight_rgba(self._picture, self.alpha)

    @property
    def pixels(self) -> Pixels:
        """Return the pixels of `image`: grey, RGB or RGBA, uint8."""
        return self._composition.pixels

    def to_bytes(self, format: FormatName | FileFormat = "png", quality: int = QUALITY) -> bytes:  # noqa: A002  # as the API calls it
        """Return `image` as a file.

        `format` is `png`, which is lossless, `webp`, `jpg`, where white takes the place of
        transparency, or `zip`, which holds `color.jpg`, with the picture's own background where
        the cut-out is transparent, and `alpha.png`. `quality`, 1..100, is that of a JPEG and of a
        WebP's colours.

        Raise `ValueError` or `TypeError` for an invalid argument.
        """
        kind = choose(FileFormat, format, "format")
        encoding = Encoding(kind, require_count(quality, "quality", most=100))
        composition = self._with_colours() if kind is FileFormat.ZIP else self._composition
        return encode(composition, encoding, None, NO_DEADLINE)

    def _with_colours(self) -> Composition:
        """Return the pixels that a ZIP is made of.

        They are composed only here, because they take time and memory that no other file needs.
        """
        matte = Matte(self.alpha, self.doubt)
        options = replace(self._options, format=FileFormat.ZIP)
        return self._work.compose_matte(self._picture, matte, options, Clock(NO_DEADLINE))


def finish(
    work: PictureWork, picture: Picture, matte: Matte, options: Options, returns: str
) -> Image.Image | Pixels | CutOut:
    """Return what `returns` names: `image`, `numpy`, `alpha` or `result`."""
    if returns == "alpha":
        options = replace(options, mode=Mode.FG_MASK)
    made = work.compose_matte(picture, matte, options, Clock(NO_DEADLINE))
    if returns in {"numpy", "alpha"}:
        return np.array(made.pixels)
    image = _image(made)
    if returns == "image":
        return image
    composing = replace(work, segment=no_networks, sharpen=None)
    return CutOut(
        image=image,
        alpha=matte.alpha,
        objects=made.objects or (),
        doubt=matte.quality,
        _picture=picture,
        _composition=made,
        _options=options,
        _work=composing,
    )


def _image(made: Composition) -> Image.Image:
    image = Image.fromarray(made.pixels)
    if made.icc_profile is not None:
        image.info["icc_profile"] = made.icc_profile  # Pillow saves it with the image
    return image
