"""Process one picture from decoding to encoding, without network or storage."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from cutout.compose.background import Backdrop
from cutout.compose.compose import compose
from cutout.decode.decode import answer_sized, decode, resize_alpha, shrink
from cutout.decode.header import open_picture
from cutout.decode.mask import decode_mask
from cutout.encode.encode import Encoding, encode
from cutout.errors import TooSlowError, of_background
from cutout.layout import Bound
from cutout.options import Options, Source
from cutout.pictures import Alpha, Box, Composition, Look, Matte, Picture, Quality, Verdict
from cutout.quality import judge, judge_mask
from cutout.refine.refine import (
    Sharpen,
    keep_region,
    refine,
    refine_mask,
    region_box,
    with_hair,
    within_own,
)
from cutout.settings import Settings
from cutout.timing import Clock, Deadline, Stages

Segmenter: TypeAlias = Callable[[Picture], Alpha]


@dataclass(frozen=True)
class PictureWork:
    """Hold the networks, and run the steps from a file to a file."""

    settings: Settings
    segment: Segmenter
    sharpen: Sharpen | None = None

    def compose(self, source: Source, options: Options, clock: Clock) -> Composition:
        """Return the finished pixels, not encoded yet. Raise `PictureError`."""
        with clock.time("decode"):
            picture = decode(
                source.content, self.settings, webp=options.webp, bound=options.early_bound
            )
            mask = self._mask(options, picture)
            self._require_background(options)
        return self.compose_picture(picture, options, clock, mask)

    def compose_picture(
        self, picture: Picture, options: Options, clock: Clock, mask: Alpha | None = None
    ) -> Composition:
        """Return the finished pixels of a decoded picture. Raise `PictureError`.

        `mask`, which fits the picture, takes the place of the networks' alpha.
        """
        picture, matte = self.find_matte(picture, options, clock, mask)
        return self.compose_matte(picture, matte, options, clock)

    def find_matte(
        self, picture: Picture, options: Options, clock: Clock, mask: Alpha | None = None
    ) -> tuple[Picture, Matte]:
        """Return the picture, shrunk if the answer is small, and its alpha.

        The alpha is empty if nothing was found. `mask`, which fits the picture, takes the place of
        the networks' alpha. Raise `PictureError`.
        """
        region = None if options.roi is None else region_box(options.roi, picture.full_size)
        if mask is not None:
            return picture, self._masked(mask, picture, region, clock)
        look = self._look(picture, clock)
        with clock.time("segment"):
            picture = shrink(picture, options.early_bound)
        return self._refined(look, picture, options.early_bound, region, clock)

    def compose_matte(
        self, picture: Picture, matte: Matte, options: Options, clock: Clock
    ) -> Composition:
        """Return the finished pixels of a picture whose alpha is known. Raise `PictureError`."""
        with clock.time("compose"):
            backdrop = self._backdrop(options)
            composition = compose(picture, matte.alpha, self._limited(options), backdrop)
        return replace(composition, quality=matte.quality)

    def _look(self, picture: Picture, clock: Clock) -> Look:
        """Return the networks' alpha, with their doubt if the segmenter tells it."""
        _require_time(clock.deadline)
        look: Callable[[Picture], Look] | None = getattr(self.segment, "look", None)
        with clock.time("segment"):
            return Look(self.segment(picture)) if look is None else look(picture)

    def _refined(
        self, look: Look, picture: Picture, bound: Bound, region: Box | None, clock: Clock
    ) -> tuple[Picture, Matte]:
        """Return the picture and its alpha, zero outside of `region` and if it is faint.

        Hair is drawn after the quality is judged, at the answer's size within `bound`: all answers
        of up to 1024 pixels have the same verdict, and those of half that side take a quarter of
        the time.
        """
        _require_time(clock.deadline)
        with clock.time("refine"):
            until = self._edges_until(clock)
            alpha = refine(look.alpha, picture, self.sharpen, until)
            seen = _kept(within_own(alpha, picture), region, picture)
            quality = judge(seen, look, picture.own_alpha)
            if quality.verdict is Verdict.NOTHING:
                return picture, Matte(np.zeros_like(alpha), quality)
            small = answer_sized(picture, bound)
            alpha = with_hair(resize_alpha(alpha, small.size), small, until)
            return small, Matte(_kept(alpha, region, small), quality)

    def _mask(self, options: Options, picture: Picture) -> Alpha | None:
        """Decode the options' mask. Raise `PictureError` unless it fits the picture."""
        if options.mask is None:
            return None
        content, size = options.mask.content, picture.full_size
        return decode_mask(content, size, self.settings, webp=options.webp)

    def _masked(self, mask: Alpha, picture: Picture, region: Box | None, clock: Clock) -> Matte:
        """Return the mask as it is, or refined if it is smaller than the picture.

        It is zero outside of `region`.
        """
        _require_time(clock.deadline)
        alpha = mask
        with clock.time("refine"):
            if mask.shape[::-1] != picture.size:
                alpha = refine_mask(mask, picture, self.sharpen, self._edges_until(clock))
            alpha = _kept(alpha, region, picture)
            return Matte(alpha, judge_mask(alpha, picture.own_alpha))

    def _edges_until(self, clock: Clock) -> Deadline:
        return self._optional_until(clock.deadline).within(self.settings.edge_seconds)

    def encode(
        self,
        composition: Composition,
        options: Options,
        byte_budget: int | None,
        clock: Clock,
    ) -> bytes:
        """Return the file, in at most `byte_budget` bytes if that is possible."""
        until = self._optional_until(clock.deadline)
        with clock.time("encode"):
            return encode(composition, self.encoding(options), byte_budget, until)

    def encoding(self, options: Options) -> Encoding:
        """Return how the file is written."""
        return Encoding(options.format, options.quality, self.settings.compression)

    def _optional_until(self, deadline: Deadline) -> Deadline:
        """Return the deadline of work that only improves the result: it leaves time to store."""
        return deadline.earlier(self.settings.storing_seconds)

    def _require_background(self, options: Options) -> None:
        """Check the background's header, so that a bad one fails before the network runs."""
        laid_on = options.laid_on
        if laid_on is not None and laid_on.picture is not None:
            with of_background():
                open_picture(laid_on.picture.content, self.settings, webp=options.webp)

    def _limited(self, options: Options) -> Options:
        """Return the options with no canvas larger than the largest picture, by area.

        Neither is a side longer than the file format allows.
        """
        most = options.bound.tightened(self.settings.max_side**2, options.format.max_side)
        return replace(options, bound=most)

    def _backdrop(self, options: Options) -> Backdrop | None:
        """Decode the background only after the network has released its memory."""
        laid_on = options.laid_on
        if laid_on is None:
            return None
        if laid_on.picture is None:
            return Backdrop(laid_on.colour)
        with of_background():
            picture = decode(laid_on.picture.content, self.settings, webp=options.webp)
        return Backdrop(laid_on.colour, picture)


@dataclass(frozen=True)
class CutOutFile:
    """Hold an encoded picture, its width and height, and its quality if that is known."""

    content: bytes
    size: tuple[int, int] | None = None
    quality: Quality | None = None


@dataclass(frozen=True)
class FileJob:
    """Cut out a picture for a file of any size; a job for `cutout.workers`."""

    source: Source
    options: Options

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> "CutOutFile":
        """Return the file, or raise `PictureError`."""
        clock = Clock(deadline, stages)
        composition = work.compose(self.source, self.options, clock)
        file = work.encode(composition, self.options, None, clock)
        return CutOutFile(file, composition.size, composition.quality)


@dataclass(frozen=True)
class BackgroundJob:
    """Decode a background before the first picture, to reject a bad one early.

    It is a job for `cutout.workers`.
    """

    source: Source

    def __call__(self, work: PictureWork, _deadline: Deadline, _stages: Stages) -> None:
        """Raise `PictureError` if the background can't be used."""
        with of_background():
            decode(self.source.content, work.settings)


def _kept(alpha: Alpha, region: Box | None, picture: Picture) -> Alpha:
    """Return the alpha, zero outside of the region if there is one."""
    return alpha if region is None else keep_region(alpha, region, picture.full_size)


def _require_time(deadline: Deadline) -> None:
    if not deadline.remaining():
        raise TooSlowError
