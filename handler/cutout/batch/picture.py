"""Cut out one picture of the inbox into the outbox."""

from dataclasses import dataclass, field

from cutout.api.results import failure, quality_facts
from cutout.batch.places import Places, file_name
from cutout.errors import (
    FileTooBigError,
    PictureError,
    StorageError,
    TooSlowError,
    UploadMissingError,
)
from cutout.lambda_runtime import Facts, reason
from cutout.options import Options, Source
from cutout.pictures import Quality
from cutout.pipeline import Pipeline
from cutout.storage.objects import New, Objects, Stored
from cutout.storage.storage import AnswerKind
from cutout.timing import Clock, Deadline


@dataclass(frozen=True)
class Arrival:
    """Hold an object that S3 reports as written; `size` is in bytes.

    `etag` is empty if it is not known. It may be the MD5 of the object's bytes.
    """

    key: str
    size: int
    etag: str = ""


MD5 = "source-md5"
"""Metadata that names the source of an output by the digest of its bytes."""


@dataclass(frozen=True)
class Found:
    """Hold what the outbox has under a picture's name before anything is done."""

    png: Stored | None
    json: Stored | None

    @property
    def by_kind(self) -> dict[AnswerKind, Stored | None]:
        """Return the outputs by their kinds."""
        return {AnswerKind.PNG: self.png, AnswerKind.JSON: self.json}

    def kind_of(self, md5: str) -> AnswerKind | None:
        """Return which of the two was made of the bytes with this digest, None if neither was."""
        for kind, each in self.by_kind.items():
            if each and each.metadata.get(MD5) == md5:
                return kind
        return None


@dataclass(frozen=True)
class Outcome:
    """Hold the result of one picture, and the facts for the log.

    `kind` says what the outbox now holds of it: an earlier result if the picture `is_kept`, and
    otherwise `content`, which is the failure's JSON if there is an `error`.
    """

    facts: Facts
    kind: AnswerKind | None = None
    content: bytes = b""
    is_kept: bool = False
    quality: Quality | None = None
    error: PictureError | None = None


@dataclass(frozen=True)
class Cutter:
    """Make `outbox/NAME.png` of `inbox/NAME`, or `outbox/NAME.json` that says why it failed."""

    pipeline: Pipeline
    objects: Objects
    places: Places = field(default_factory=Places)

    def __call__(self, arrival: Arrival, clock: Clock) -> Outcome:
        """Return the result.

        Nothing is done if the outbox holds a result of the same bytes.

        Raise what another attempt may get past: `StorageError`, `TooSlowError`,
        `UploadMissingError` if the picture is gone, and faults of the service. Raise
        `KeyTooLongError` before any work if there is no place for a result, not even a failure's.
        """
        if not self.places.is_picture(arrival.key):
            return Outcome({"outcome": "NoPicture"})
        # before the picture is read: a result that is written later is of newer bytes, and makes
        # our own write fail
        with clock.time("look"):
            found = self._look(arrival.key, clock.deadline)
        if kind := found.kind_of(arrival.etag):
            return _kept(kind, {})
        source = Source(b"", file_name(arrival.key), self._unread(arrival))
        mode = self.places.mode_of(arrival.key)
        try:
            with clock.time("fetch"):
                source = self._fetch(arrival, clock.deadline)
            facts: Facts = {"mode": str(mode), "file_bytes": len(source.content)}
            if kind := found.kind_of(source.md5):
                return _kept(kind, facts)
            made = self.pipeline.cut_out_file(source, Options(mode), clock)
        except (StorageError, TooSlowError, UploadMissingError):
            raise
        except PictureError as error:
            facts = {"outcome": reason(error), "file_bytes": len(source.content)}
            kind = AnswerKind.JSON
            outcome = Outcome(facts, kind, failure(source, error), error=error)
        else:
            facts |= quality_facts(made.quality)
            kind = AnswerKind.PNG
            outcome = Outcome(facts, kind, made.content, quality=made.quality)
        with clock.time("answer"):
            new = New(outcome.content, kind, {MD5: source.md5})
            self._replace(arrival.key, found, new, clock.deadline)
        return outcome

    def kept(self, arrival: Arrival, deadline: Deadline) -> AnswerKind | None:
        """Return the kind of the result that would be kept, None if a new one would be made."""
        found = self._look(arrival.key, deadline)
        kind = found.kind_of(arrival.etag)
        if kind or not (found.png or found.json):
            return kind
        try:
            return found.kind_of(self._fetch(arrival, deadline).md5)
        except FileTooBigError:
            return None

    def _look(self, key: str, deadline: Deadline) -> Found:
        png, json = (
            self.objects.look_at(self.places.output_key(key, kind), deadline)
            for kind in (AnswerKind.PNG, AnswerKind.JSON)
        )
        return Found(png, json)

    def _replace(self, key: str, found: Found, new: New, deadline: Deadline) -> None:
        """Store the result in place of both earlier ones, which are of another picture.

        The one of the other kind goes first: if the new one then can't be stored, another attempt
        makes it again. Objects without a digest are not ours.
        """
        for kind, stored in found.by_kind.items():
            if kind is not new.kind and stored and MD5 in stored.metadata:
                self.objects.remove(self.places.output_key(key, kind), stored, deadline)
        replaced = found.by_kind[new.kind]
        self.objects.put(self.places.output_key(key, new.kind), new, replaced, deadline)

    def _unread(self, arrival: Arrival) -> str | None:
        """Return the ETag, by which the failure of a file that is too large to be read is known.

        With a smaller size, the event is of another object than the one that is too large.
        """
        return arrival.etag if arrival.size >= self.pipeline.settings.max_file_bytes else None

    def _fetch(self, arrival: Arrival, deadline: Deadline) -> Source:
        """Return the picture. The size that was reported may be that of an earlier object."""
        return Source(self.objects.get(arrival.key, deadline), file_name(arrival.key))


def _kept(kind: AnswerKind, facts: Facts) -> Outcome:
    return Outcome(facts | {"outcome": "Duplicate"}, kind, is_kept=True)
