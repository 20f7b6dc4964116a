"""What a processor does for one picture: decode to encode, without network or storage."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from cutout.compose.background import Backdrop
from cutout.compose.compose import compose
from cutout.compose.roi import keep_region, region_box
from cutout.decode.decode import decode
from cutout.decode.header import open_picture
from cutout.decode.shrink import shrink
from cutout.encode.encode import encode
from cutout.errors import TooSlowError, of_background
from cutout.options import Options, Source
from cutout.pictures import Alpha, Composition, Picture
from cutout.refine.refine import Sharpen, refine
from cutout.settings import Settings
from cutout.timing import Deadline, Stages

Segmenter: TypeAlias = Callable[[Picture], Alpha]


@dataclass(frozen=True)
class PictureWork:
    """The stages between a file and a file, with the networks that they use."""

    settings: Settings
    segment: Segmenter
    sharpen: Sharpen | None = None

    def compose(
        self, source: Source, options: Options, deadline: Deadline, stages: Stages
    ) -> Composition:
        """Return the finished pixels, not encoded yet. Raises `PictureError`."""
        with stages.time("decode"):
            picture = decode(
                source.content, self.settings, webp=options.webp, bound=options.early_bound
            )
            self._require_background(options)
        return self.compose_picture(picture, options, deadline, stages)

    def compose_picture(
        self, picture: Picture, options: Options, deadline: Deadline, stages: Stages
    ) -> Composition:
        """Return the finished pixels of a picture that is decoded already. Raises
        `PictureError`."""
        _require_time(deadline)
        region = None if options.roi is None else region_box(options.roi, picture.full_size)
        with stages.time("segment"):
            coarse = self.segment(picture)
            picture = shrink(picture, options.early_bound)
        _require_time(deadline)
        with stages.time("refine"):
            until = self._budget(deadline).within(self.settings.edge_seconds)
            alpha = refine(coarse, picture, self.sharpen, until)
            if region is not None:
                alpha = keep_region(alpha, region, picture.full_size)
        with stages.time("compose"):
            return compose(picture, alpha, self._limited(options), self._backdrop(options))

    def encode(
        self,
        composition: Composition,
        options: Options,
        room: int | None,
        deadline: Deadline,
        stages: Stages,
    ) -> bytes:
        """Return the file, of at most `room` bytes if that can be had."""
        with stages.time("encode"):
            return encode(
                composition, options.format, room, self._budget(deadline), options.quality
            )

    def _budget(self, deadline: Deadline) -> Deadline:
        """What may take longer to be better asks this one, so that the storage has its time."""
        return deadline.earlier(self.settings.storing_seconds)

    def _require_background(self, options: Options) -> None:
        """Look at its header, so that a picture too large fails before the network runs."""
        laid_on = options.laid_on
        if laid_on is not None and laid_on.picture is not None:
            with of_background():
                open_picture(laid_on.picture.content, self.settings, webp=options.webp)

    def _limited(self, options: Options) -> Options:
        """Return the options with no canvas larger than the largest picture, by area."""
        return replace(options, bound=options.bound.and_pixels(self.settings.max_side**2))

    def _backdrop(self, options: Options) -> Backdrop | None:
        """Decode the background as late as this: until then the network has the memory."""
        laid_on = options.laid_on
        if laid_on is None:
            return None
        if laid_on.picture is None:
            return Backdrop(laid_on.colour)
        with of_background():
            return Backdrop(
                laid_on.colour, decode(laid_on.picture.content, self.settings, webp=options.webp)
            )


@dataclass(frozen=True)
class FileJob:
    """Cut out a picture for a file of any size. (A job of `cutout.workers`.)"""

    source: Source
    options: Options

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> bytes:
        """Return the file; raise `PictureError` where there can be none."""
        composition = work.compose(self.source, self.options, deadline, stages)
        return work.encode(composition, self.options, None, deadline, stages)


@dataclass(frozen=True)
class BackgroundJob:
    """Decode a background, to say before the first picture that it can't be used. (A job of
    `cutout.workers`.)"""

    source: Source

    def __call__(self, work: PictureWork, _deadline: Deadline, _stages: Stages) -> None:
        """Raise `PictureError` where the background can't be used."""
        with of_background():
            decode(self.source.content, work.settings)


def _require_time(deadline: Deadline) -> None:
    if not deadline.remaining():
        raise TooSlowError
