"""One picture's way from the inbox to the outbox."""

from dataclasses import dataclass

from cutout.answer.results import failure
from cutout.batch.events import Arrival
from cutout.batch.names import file_name, is_picture, mode_of, output_key
from cutout.deadline import Deadline
from cutout.errors import (
    FileTooBigError,
    PictureError,
    StorageError,
    TooSlowError,
    UploadMissingError,
)
from cutout.options import Options
from cutout.pipeline import Pipeline
from cutout.record import Facts, reason
from cutout.source import Source
from cutout.stages import Stages
from cutout.storage.objects import New, Objects, Stored
from cutout.storage.storage import AnswerKind

MD5 = "source-md5"
"""The metadata that says of which bytes an output was made."""


@dataclass(frozen=True)
class Found:
    """What the outbox holds under a picture's name before anything is done."""

    png: Stored | None
    json: Stored | None

    def is_of(self, source: Source) -> bool:
        """Whether one of the two was made of these bytes."""
        return any(each and each.metadata.get(MD5) == source.md5 for each in (self.png, self.json))


@dataclass(frozen=True)
class Cutter:
    """Makes `outbox/NAME.png` of `inbox/NAME`, or `outbox/NAME.json` that says why it can't be."""

    pipeline: Pipeline
    objects: Objects

    def __call__(self, arrival: Arrival, deadline: Deadline, stages: Stages) -> Facts:
        """What the log says of it; nothing is done where the outbox holds what was made of the same
        bytes. Raises what another attempt may get past: `StorageError`, `TooSlowError`,
        `UploadMissingError` where the picture is gone, and faults of ours."""
        if not is_picture(arrival.key):
            return {"outcome": "NoPicture"}
        mode = mode_of(arrival.key)
        # before the picture is read: what others write later is of newer bytes than ours, and
        # makes our own writing fail
        with stages.time("look"):
            found = self._look(arrival.key, deadline)
        source = Source(b"", file_name(arrival.key))
        try:
            with stages.time("fetch"):
                source = self._fetch(arrival, deadline)
            facts: Facts = {"mode": str(mode), "file_bytes": len(source.content)}
            if found.is_of(source):
                return facts | {"outcome": "Duplicate"}
            png = self.pipeline.cut_out(source, Options(mode), deadline, stages)
        except (StorageError, TooSlowError, UploadMissingError):
            raise
        except PictureError as error:
            facts = {"outcome": reason(error), "file_bytes": len(source.content)}
            content, kind, replaced = failure(source, error), AnswerKind.JSON, found.json
        else:
            content, kind, replaced = png, AnswerKind.PNG, found.png
        with stages.time("answer"):
            new = New(content, kind, {MD5: source.md5})
            self.objects.put(output_key(arrival.key, kind), new, replaced, deadline)
        return facts

    def _look(self, key: str, deadline: Deadline) -> Found:
        png, json = (
            self.objects.look_at(output_key(key, kind), deadline)
            for kind in (AnswerKind.PNG, AnswerKind.JSON)
        )
        return Found(png, json)

    def _fetch(self, arrival: Arrival, deadline: Deadline) -> Source:
        """The size that S3 has told is judged before anything is read."""
        limit = self.pipeline.settings.max_file_bytes
        if arrival.size >= limit:
            raise FileTooBigError(limit)
        return Source(self.objects.get(arrival.key, deadline), file_name(arrival.key))
