"""Hold what the library returns of a picture."""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from cutout.choices import CUT_OUTS, FileFormat, Mode
from cutout.compose.compose import straight_rgba
from cutout.encode.encode import Encoding, encode
from cutout.library.options import choose
from cutout.options import Options
from cutout.pictures import Alpha, Composition, FoundObject, Matte, Picture, Pixels, Quality
from cutout.timing import NO_DEADLINE, Clock
from cutout.work import PictureWork


@dataclass(frozen=True, eq=False)
class CutOut:
    """Hold a cut-out and what is known of it.

    `image` is as the options say. `objects`, the largest first, have their boxes in its pixels.
    `alpha` (uint8, height by width) is that of the whole picture, before cropping; `foreground` is
    computed from it. `doubt` says how sure the networks are: `doubt.verdict` is `found nothing`,
    `unsure` or `fine`.
    """

    image: Image.Image
    alpha: Alpha
    objects: tuple[FoundObject, ...]
    doubt: Quality
    _picture: Picture
    _composition: Composition

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

    def to_bytes(self, format: str = "png") -> bytes:  # noqa: A002  # as the API calls it
        """Return `image` as a file: `png`, which is lossless, or `webp`.

        Raise `ValueError` for another format.
        """
        kind = choose(FileFormat, format, "format")
        if kind not in CUT_OUTS:
            raise ValueError(f"format must be one of {', '.join(map(repr, map(str, CUT_OUTS)))}")
        return encode(self._composition, Encoding(kind), None, NO_DEADLINE)


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
    return CutOut(image, matte.alpha, made.objects or (), matte.quality, picture, made)


def _image(made: Composition) -> Image.Image:
    image = Image.fromarray(made.pixels)
    if made.icc_profile is not None:
        image.info["icc_profile"] = made.icc_profile  # Pillow saves it with the image
    return image
