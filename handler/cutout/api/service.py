"""Answer a request: fetch its picture, cut it out, and send the result or a link to it."""

import json
import logging
from dataclasses import dataclass, field, replace
from typing import Self

from cutout.api.results import (
    ResultDetails,
    failure,
    frame,
    quality_facts,
    success,
    success_link,
)
from cutout.choices import Mode, Representation
from cutout.errors import (
    AnswerTooLargeError,
    MaskSizeError,
    NoStorageError,
    PictureError,
    ProcessingFailedError,
    TooSlowError,
    of_background,
    of_mask,
)
from cutout.fetch.source import fetch, named_source
from cutout.lambda_runtime import Facts, reason
from cutout.options import Options, Source
from cutout.pictures import Box, Composition, FoundObject, Quality
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.storage.storage import AnswerKind, Storage, absolute
from cutout.timing import Clock, Deadline, Stages
from cutout.work import PictureWork

logger = logging.getLogger(__name__)

REDIRECT_TEXT = b"The result is too large for this answer and waits at the address in Location.\n"
ENVELOPE_BYTES = 2048
"""Bytes kept for what Lambda counts beside the body: names, status and headers. They are about 300,
and up to 1300 with warnings and the headers for pages of other origins."""


@dataclass(frozen=True)
class Answer:
    """Hold the JSON of a `Results`, a file of the media type `kind`, or the address of either.

    `facts` are for the log; `is_refusal` marks the JSON of a request that is refused.
    """

    body: bytes
    location: str | None = None
    kind: str = "application/json"
    facts: Facts = field(default_factory=dict)
    is_refusal: bool = False

    @classmethod
    def refusal(cls, error: PictureError, facts: Facts) -> Self:
        """Return a 400 that says what is wrong with the request."""
        body = json.dumps({"detail": str(error)}).encode()
        return cls(body, facts={"outcome": reason(error), **facts}, is_refusal=True)

    @classmethod
    def redirect(cls, location: str) -> Self:
        """Return a redirect to the JSON."""
        return cls(REDIRECT_TEXT, location)

    @property
    def status(self) -> int:
        """Return 200, 400, or 303, which leads clients to a GET of the same JSON (RFC 9110)."""
        if self.is_refusal:
            return 400
        return 200 if self.location is None else 303

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that belong to the status."""
        return {} if self.location is None else {"Location": self.location}

    @property
    def media_type(self) -> str:
        """Return the media type of `body`."""
        return self.kind if self.location is None else "text/plain"


@dataclass(frozen=True)
class Finished:
    """Hold a file and what the answer may say of it.

    `byte_budget` is the size in bytes of the largest file that fits the answer, or None if every
    size fits.
    """

    file: bytes = field(repr=False)
    size: tuple[int, int]
    objects: tuple[FoundObject, ...] | None
    byte_budget: int | None
    quality: Quality | None = None
    shadow: Box | None = None


@dataclass(frozen=True)
class AnswerJob:
    """Cut out a picture for an answer of at most `max_answer_bytes`.

    It is a job for `cutout.workers`.
    """

    source: Source
    options: Options
    representation: Representation | None
    max_answer_bytes: int | None

    def __call__(self, work: PictureWork, deadline: Deadline, stages: Stages) -> Finished:
        """Return the file and what the answer needs, or raise `PictureError`."""
        clock = Clock(deadline, stages)
        composition = work.compose(self.source, self.options, clock)
        budget = file_budget(self.details(composition), self.max_answer_bytes)
        file = work.encode(composition, self.options, budget, clock)
        return Finished(
            file,
            composition.size,
            composition.objects,
            budget,
            composition.quality,
            composition.shadow,
        )

    def details(self, finished: "Composition | Finished") -> ResultDetails:
        """Return what the answer says of the finished picture."""
        return ResultDetails(
            self.source,
            self.options.mode,
            self.representation,
            self.options.format,
            finished.size if self.options.objects else None,
            finished.objects,
            finished.quality if self.options.quality_hint else None,
            finished.shadow,
        )


@dataclass(frozen=True)
class Service:
    """Turn a request into an answer; a failed picture has an answer as well."""

    pipeline: Pipeline

    def __call__(self, request: PictureRequest, stages: Stages) -> Answer:
        """Return the answer, and add the time of each step to `stages`."""
        source, clock = named_source(request.form), Clock(request.deadline, stages)
        settings = self.pipeline.settings
        try:
            with clock.time("fetch"):
                until = request.deadline.earlier(settings.processing_seconds)
                source = fetch(request.form, settings, self.pipeline.storage, until)
                options = self._with_mask(self._with_background(request, until), request, until)
            job = AnswerJob(source, options, request.representation, settings.max_answer_bytes)
            # a slow download holds no slot: other pictures are processed meanwhile
            with self.pipeline.slot(request.deadline):
                finished = self.pipeline.run(job, clock)
            with clock.time("answer"):
                details = job.details(finished)
                answer = deliver(details, request, finished, self.pipeline.storage)
            return replace(answer, facts={**_bytes_in(source), **_found(finished)})
        except MaskSizeError as error:
            return Answer.refusal(error, _bytes_in(source))
        except PictureError as error:
            return _failed(source, error)
        except Exception:
            logger.exception("processing failed")
            return _failed(source, ProcessingFailedError())

    def give_up(self, request: PictureRequest) -> Answer:
        """Return the answer for a deadline that has passed while `__call__` still runs."""
        self.pipeline.overran.set()
        return self.too_slow(request)

    def too_slow(self, request: PictureRequest) -> Answer:
        """Return the answer for a deadline that has passed."""
        return _failed(named_source(request.form), TooSlowError())

    def _with_background(self, request: PictureRequest, until: Deadline) -> Options:
        """Return the options with the form's background picture, if the mode uses one."""
        options, form = request.options, request.form.background
        if form is None or options.mode is Mode.FG_MASK:
            return options
        with of_background():
            picture = fetch(form, self.pipeline.settings, self.pipeline.storage, until)
        return replace(options, background=replace(options.background, picture=picture))

    def _with_mask(self, options: Options, request: PictureRequest, until: Deadline) -> Options:
        """Return the options with the form's mask, if there is one."""
        if request.form.mask is None:
            return options
        form, settings = PictureForm(request.form.mask), self.pipeline.settings
        with of_mask():
            return replace(options, mask=fetch(form, settings, self.pipeline.storage, until))


def file_budget(details: ResultDetails, max_answer_bytes: int | None) -> int | None:
    """Return the size in bytes of the largest file that fits the answer, None if every size does.

    The limit counts the answer as a string in another JSON, so that quotes, and whatever else is
    in the file's name, are escaped once more. Base64 takes four bytes for three.
    """
    if max_answer_bytes is None or details.representation is Representation.URL:
        return None
    if details.representation is Representation.BINARY:
        return max(0, max_answer_bytes - ENVELOPE_BYTES) // 4 * 3
    head, tail = frame(details)
    escaped = len(json.dumps((head + tail).decode()))
    return max(0, max_answer_bytes - ENVELOPE_BYTES - escaped) // 4 * 3


def deliver(
    details: ResultDetails, request: PictureRequest, finished: Finished, storage: Storage | None
) -> Answer:
    """Return an answer that holds the picture, the picture's address, or its own address.

    Raise `StorageError`, or `NoStorageError` or `AnswerTooLargeError` if there is no storage.
    """
    file, budget = finished.file, finished.byte_budget
    if details.representation is Representation.URL:
        if storage is None:
            raise NoStorageError
        link = storage.put(file, AnswerKind(details.format), request.deadline)
        return Answer(success_link(details, absolute(link, request.server_url)))
    binary = details.representation is Representation.BINARY
    if budget is None or len(file) <= budget:
        if binary:
            return Answer(file, kind=details.format.media_type)
        return Answer(success(details, file))
    if storage is None:
        raise AnswerTooLargeError
    kind = AnswerKind(details.format) if binary else AnswerKind.JSON
    body = file if binary else success(details, file)
    link = storage.put(body, kind, request.deadline, gzip=request.gzip and not binary)
    return Answer.redirect(absolute(link, request.server_url))


def _failed(source: Source, error: PictureError) -> Answer:
    facts: Facts = {"outcome": reason(error), **_bytes_in(source)}
    return Answer(failure(source, error), facts=facts)


def _bytes_in(source: Source) -> Facts:
    return {"file_bytes": len(source.content)}


def _found(finished: Finished) -> Facts:
    width, height = finished.size
    return {"width": width, "height": height, **quality_facts(finished.quality)}
