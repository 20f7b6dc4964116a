"""One picture's way through the rooms."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore
from typing import TypeAlias

from handler.answer.answer import Answer
from handler.answer.delivery import deliver, file_room
from handler.answer.results import failure
from handler.answer.showing import Showing
from handler.background_errors import of_background
from handler.compose.background import Backdrop
from handler.compose.compose import compose
from handler.deadline import Deadline
from handler.decode.decode import decode
from handler.decode.header import open_picture
from handler.encode.encode import encode
from handler.errors import PictureError, ProcessingFailedError, TooSlowError
from handler.fetch.source import announce, fetch
from handler.options import Background, Options
from handler.pictures import Alpha, Composition, Mode, Picture, Source
from handler.receive.order import Order
from handler.record import Facts, reason
from handler.refine.refine import Sharpen, refine
from handler.settings import Settings
from handler.stages import Stages
from handler.storage.storage import Storage

Segmenter: TypeAlias = Callable[[Picture], Alpha]

SEED = Options()

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pipeline:
    """An order in, an answer out; every failure of a picture is an answer too."""

    settings: Settings
    segment: Segmenter
    storage: Storage | None = None
    sharpen: Sharpen | None = None
    _in_work: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_in_work", BoundedSemaphore(self.settings.concurrency))

    def __call__(self, order: Order, stages: Stages) -> Answer:
        source = announce(order.form)
        try:
            with stages.time("fetch"):
                until = order.deadline.earlier(self.settings.processing_seconds)
                source = fetch(order.form, self.settings, self.storage, until)
                options = self._with_background(order, until)
            with self._turn(order.deadline):  # a slow download is not work: others go on meanwhile
                composition = self.compose(source, options, order.deadline, stages)
                showing = Showing.of(source, composition, options, order.representation)
                room = file_room(showing, self.settings.max_answer_bytes)
                file = self._encode(composition, options, room, order.deadline, stages)
            with stages.time("answer"):
                answer = deliver(showing, order, file, room, self.storage)
            return replace(answer, facts={**_bytes_in(source), **_size_of(composition)})
        except PictureError as error:
            return _failed(source, error)
        except Exception:
            logger.exception("processing failed")
            return _failed(source, ProcessingFailedError())

    def give_up(self, order: Order) -> Answer:
        """The answer where the deadline has passed and `__call__` is still at it."""
        return _failed(announce(order.form), TooSlowError())

    def cut_out(
        self,
        source: Source,
        options: Options = SEED,
        deadline: Deadline | None = None,
        stages: Stages | None = None,
    ) -> bytes:
        """A picture's file in, the finished file out, in the format that `options` name: the door
        for programs, without a request around it. Raises `PictureError`."""
        until = deadline or Deadline.after(self.settings.request_seconds)
        spent = stages or Stages()
        composition = self.compose(source, options, until, spent)
        return self._encode(composition, options, None, until, spent)

    def compose(
        self, source: Source, options: Options, deadline: Deadline, stages: Stages
    ) -> Composition:
        """The finished pixels, not encoded yet. Raises `PictureError`."""
        with stages.time("decode"):
            picture = decode(source.content, self.settings)
            self._require_background(options)
        return self.compose_picture(picture, options, deadline, stages)

    def compose_picture(
        self, picture: Picture, options: Options, deadline: Deadline, stages: Stages
    ) -> Composition:
        """The same for a picture that is decoded already. Raises `PictureError`."""
        _require_time(deadline)
        with stages.time("segment"):
            coarse = self.segment(picture)
        _require_time(deadline)
        with stages.time("refine"):
            until = self._budget(deadline).within(self.settings.edge_seconds)
            alpha = refine(coarse, picture, self.sharpen, until)
        with stages.time("compose"):
            return compose(picture, alpha, options, self._backdrop(options.laid_on))

    def _encode(
        self,
        composition: Composition,
        options: Options,
        room: int | None,
        deadline: Deadline,
        stages: Stages,
    ) -> bytes:
        """Of at most `room` bytes if that can be had."""
        with stages.time("encode"):
            return encode(composition, options.format, room, self._budget(deadline))

    def _budget(self, deadline: Deadline) -> Deadline:
        """What may take longer to be better asks this one, so that the storage has its time."""
        return deadline.earlier(self.settings.storing_seconds)

    def _with_background(self, order: Order, until: Deadline) -> Options:
        """The options with the form's background picture, if the mode has a use for one."""
        options, form = order.options, order.form.background
        if form is None or options.mode is Mode.FG_MASK:
            return options
        with of_background():
            picture = fetch(form, self.settings, self.storage, until)
        return replace(options, background=replace(options.background, picture=picture))

    def _require_background(self, options: Options) -> None:
        """Looks at its header, so that a picture too large fails before the network runs."""
        laid_on = options.laid_on
        if laid_on is not None and laid_on.picture is not None:
            with of_background():
                open_picture(laid_on.picture.content, self.settings)

    def _backdrop(self, laid_on: Background | None) -> Backdrop | None:
        """Decoded as late as this: until then the network has the memory."""
        if laid_on is None:
            return None
        if laid_on.picture is None:
            return Backdrop(laid_on.colour)
        with of_background():
            return Backdrop(laid_on.colour, decode(laid_on.picture.content, self.settings))

    @contextmanager
    def _turn(self, deadline: Deadline) -> Iterator[None]:
        """Waits for a free place among the pictures in work; raises `TooSlowError`."""
        if not self._in_work.acquire(timeout=deadline.remaining()):
            raise TooSlowError
        try:
            yield
        finally:
            self._in_work.release()


def _failed(source: Source, error: PictureError) -> Answer:
    facts: Facts = {"outcome": reason(error), **_bytes_in(source)}
    return Answer(failure(source, error), facts=facts)


def _bytes_in(source: Source) -> Facts:
    return {"file_bytes": len(source.content)}


def _size_of(composition: Composition) -> Facts:
    width, height = composition.size
    return {"width": width, "height": height}


def _require_time(deadline: Deadline) -> None:
    if not deadline.remaining():
        raise TooSlowError
