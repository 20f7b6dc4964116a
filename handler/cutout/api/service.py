"""What the route hands on."""

import json
import logging
from dataclasses import dataclass, field, replace

from cutout.api.results import Showing, failure, frame, success, success_link
from cutout.choices import Mode, Representation
from cutout.errors import (
    AnswerTooLargeError,
    NoStorageError,
    PictureError,
    ProcessingFailedError,
    TooSlowError,
    of_background,
)
from cutout.fetch.source import announce, fetch
from cutout.lambda_runtime import Facts, reason
from cutout.options import Options, Source
from cutout.pictures import FoundObject
from cutout.pipeline import Pipeline
from cutout.request import Order
from cutout.storage.storage import AnswerKind, Storage, absolute
from cutout.timing import Deadline, Stages
from cutout.work import PictureWork

logger = logging.getLogger(__name__)

ELSEWHERE = b"The result is too large for this answer and waits at the address in Location.\n"


@dataclass(frozen=True)
class Answer:
    """The JSON of a `Results`, a file of the media type `kind`, or where to get either; `facts` are
    for the log."""

    body: bytes
    location: str | None = None
    kind: str = "application/json"
    facts: Facts = field(default_factory=dict)

    @property
    def status(self) -> int:
        """303 leads every client, whatever it posted, to a GET of the same JSON (RFC 9110)."""
        return 200 if self.location is None else 303

    @property
    def headers(self) -> dict[str, str]:
        """Those that go with the status."""
        return {} if self.location is None else {"Location": self.location}

    @property
    def media_type(self) -> str:
        """Of `body`."""
        return self.kind if self.location is None else "text/plain"


def elsewhere(location: str) -> Answer:
    """A redirect to the JSON."""
    return Answer(ELSEWHERE, location)


ENVELOPE_BYTES = 1024
"""Kept for what Lambda counts beside the body: its name, the status and the headers, about 300."""


def file_room(showing: Showing, max_answer_bytes: int | None) -> int | None:
    """How large the file may be that is sent within the answer; None: as large as it is.

    The limit counts the answer as a string in another JSON, so that quotes, and whatever else is
    in the file's name, are escaped once more. Base64 takes four bytes for three.
    """
    if max_answer_bytes is None or showing.representation is Representation.URL:
        return None
    if showing.representation is Representation.BINARY:
        return max(0, max_answer_bytes - ENVELOPE_BYTES) // 4 * 3
    head, tail = frame(showing)
    escaped = len(json.dumps((head + tail).decode()))
    return max(0, max_answer_bytes - ENVELOPE_BYTES - escaped) // 4 * 3


def deliver(
    showing: Showing,
    order: Order,
    file: bytes,
    room: int | None,
    storage: Storage | None,
) -> Answer:
    """The picture in the answer, the picture's address in the answer, or the answer's address.

    Raises `StorageError`, and `NoStorageError` or `AnswerTooLargeError` where there is none.
    """
    if showing.representation is Representation.URL:
        if storage is None:
            raise NoStorageError
        link = storage.keep(file, AnswerKind(showing.format), order.deadline)
        return Answer(success_link(showing, absolute(link, order.server_url)))
    if showing.representation is Representation.BINARY:
        return _file_itself(showing, order, file, room, storage)
    if room is None or len(file) <= room:
        return Answer(success(showing, file))
    if storage is None:
        raise AnswerTooLargeError
    body = success(showing, file)
    link = storage.keep(body, AnswerKind.JSON, order.deadline)
    return elsewhere(absolute(link, order.server_url))


def _file_itself(
    showing: Showing, order: Order, file: bytes, room: int | None, storage: Storage | None
) -> Answer:
    """Return the file without JSON around it, or its address where it is too large."""
    if room is None or len(file) <= room:
        return Answer(file, kind=showing.format.media_type)
    if storage is None:
        raise AnswerTooLargeError
    link = storage.keep(file, AnswerKind(showing.format), order.deadline)
    return elsewhere(absolute(link, order.server_url))


@dataclass(frozen=True)
class Finished:
    """A file and what the answer may say of it; `room` is the largest file that fits the answer, in
    bytes, or None where any does."""

    file: bytes = field(repr=False)
    size: tuple[int, int]
    objects: tuple[FoundObject, ...] | None
    room: int | None


@dataclass(frozen=True)
class AnswerJob:
    """Cut out a picture for an answer of at most `max_answer_bytes`. (A job of
    `cutout.workers`.)"""

    source: Source
    options: Options
    representation: Representation | None
    max_answer_bytes: int | None

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> Finished:
        """Return the file and what the answer needs; raise `PictureError` where there is none."""
        composition = work.compose(self.source, self.options, deadline, stages)
        size, objects = composition.size, composition.objects
        showing = Showing.of(self.source, size, objects, self.options, self.representation)
        room = file_room(showing, self.max_answer_bytes)
        file = work.encode(composition, self.options, room, deadline, stages)
        return Finished(file, size, objects, room)


@dataclass(frozen=True)
class Service:
    """An order in, an answer out; every failure of a picture is an answer too."""

    pipeline: Pipeline

    def __call__(self, order: Order, stages: Stages) -> Answer:
        source = announce(order.form)
        try:
            with stages.time("fetch"):
                until = order.deadline.earlier(self.pipeline.settings.processing_seconds)
                source = fetch(order.form, self.pipeline.settings, self.pipeline.storage, until)
                options = self._with_background(order, until)
            with self.pipeline.turn(
                order.deadline
            ):  # a slow download is not work: others go on meanwhile
                limit = self.pipeline.settings.max_answer_bytes
                job = AnswerJob(source, options, order.representation, limit)
                finished = self.pipeline.run(job, order.deadline, stages)
            with stages.time("answer"):
                size, objects = finished.size, finished.objects
                showing = Showing.of(source, size, objects, options, order.representation)
                answer = deliver(
                    showing, order, finished.file, finished.room, self.pipeline.storage
                )
            return replace(answer, facts={**_bytes_in(source), **_sides(finished)})
        except PictureError as error:
            return _failed(source, error)
        except Exception:
            logger.exception("processing failed")
            return _failed(source, ProcessingFailedError())

    def give_up(self, order: Order) -> Answer:
        """The answer where the deadline has passed and `__call__` is still at it."""
        self.pipeline.overran.set()
        return _failed(announce(order.form), TooSlowError())

    def _with_background(self, order: Order, until: Deadline) -> Options:
        """The options with the form's background picture, if the mode has a use for one."""
        options, form = order.options, order.form.background
        if form is None or options.mode is Mode.FG_MASK:
            return options
        with of_background():
            picture = fetch(form, self.pipeline.settings, self.pipeline.storage, until)
        return replace(options, background=replace(options.background, picture=picture))


def _failed(source: Source, error: PictureError) -> Answer:
    facts: Facts = {"outcome": reason(error), **_bytes_in(source)}
    return Answer(failure(source, error), facts=facts)


def _bytes_in(source: Source) -> Facts:
    return {"file_bytes": len(source.content)}


def _sides(finished: Finished) -> Facts:
    width, height = finished.size
    return {"width": width, "height": height}
