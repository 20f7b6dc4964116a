"""Cut out one picture of the inbox into the outbox."""

from dataclasses import dataclass

from cutout.api.results import failure, quality_facts
from cutout.choices import Mode
from cutout.errors import (
    FileTooBigError,
    PictureError,
    StorageError,
    TooSlowError,
    UploadMissingError,
)
from cutout.lambda_runtime import Facts, reason
from cutout.options import Options, Source
from cutout.pipeline import Pipeline
from cutout.storage.objects import New, Objects, Stored
from cutout.storage.storage import AnswerKind
from cutout.timing import Clock, Deadline

INBOX, OUTBOX = "inbox", "outbox"
LEFT_BY_DESKTOPS = frozenset({"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"})
"""Folders and files in lower case; `.DS_Store` and `._*` are hidden."""


@dataclass(frozen=True)
class Arrival:
    """Hold an object that S3 reports as written; `size` is in bytes."""

    key: str
    size: int


def is_picture(key: str) -> bool:
    """Return whether a key may be a picture's.

    The console writes empty objects such as `inbox/shoes/` for folders, a key outside the inbox
    would make the function process its own results, and HTTP can't ask for `.` and `..`. Hidden
    files, and those that desktops leave in every folder, come along when a folder is copied.
    """
    folder, *path = key.split("/")
    if folder != INBOX or not path or not path[-1]:
        return False
    return not any(each.startswith(".") or each.lower() in LEFT_BY_DESKTOPS for each in path)


def mode_of(key: str) -> Mode:
    """Return the mode that the first folder names: `inbox/fg-mask/shoes/1.jpg`."""
    first, *rest = key.removeprefix(f"{INBOX}/").split("/")
    return Mode(first) if rest and first in set(Mode) else Mode.FG_IMAGE


def file_name(key: str) -> str:
    """Return the last part of the key."""
    return key.rpartition("/")[2]


def output_key(key: str, kind: AnswerKind) -> str:
    """Return the path in the outbox, with one more suffix to keep `1.jpg` and `1.png` apart."""
    return f"{OUTBOX}/{key.removeprefix(f'{INBOX}/')}.{kind}"


MD5 = "source-md5"
"""Metadata that names the source of an output by the digest of its bytes."""


@dataclass(frozen=True)
class Found:
    """Hold what the outbox has under a picture's name before anything is done."""

    png: Stored | None
    json: Stored | None

    def is_of(self, source: Source) -> bool:
        """Return whether one of the two was made of these bytes."""
        return any(each and each.metadata.get(MD5) == source.md5 for each in (self.png, self.json))


@dataclass(frozen=True)
class Cutter:
    """Make `outbox/NAME.png` of `inbox/NAME`, or `outbox/NAME.json` that says why it failed."""

    pipeline: Pipeline
    objects: Objects

    def __call__(self, arrival: Arrival, clock: Clock) -> Facts:
        """Return the facts for the log.

        Nothing is done if the outbox holds a result of the same bytes.

        Raise what another attempt may get past: `StorageError`, `TooSlowError`,
        `UploadMissingError` if the picture is gone, and faults of the service.
        """
        if not is_picture(arrival.key):
            return {"outcome": "NoPicture"}
        mode = mode_of(arrival.key)
        # before the picture is read: a result that is written later is of newer bytes, and makes
        # our own write fail
        with clock.time("look"):
            found = self._look(arrival.key, clock.deadline)
        source = Source(b"", file_name(arrival.key))
        try:
            with clock.time("fetch"):
                source = self._fetch(arrival, clock.deadline)
            facts: Facts = {"mode": str(mode), "file_bytes": len(source.content)}
            if found.is_of(source):
                return facts | {"outcome": "Duplicate"}
            made = self.pipeline.cut_out_file(source, Options(mode), clock)
            facts |= quality_facts(made.quality)
        except (StorageError, TooSlowError, UploadMissingError):
            raise
        except PictureError as error:
            facts = {"outcome": reason(error), "file_bytes": len(source.content)}
            content, kind, replaced = failure(source, error), AnswerKind.JSON, found.json
        else:
            content, kind, replaced = made.content, AnswerKind.PNG, found.png
        with clock.time("answer"):
            new = New(content, kind, {MD5: source.md5})
            self.objects.put(output_key(arrival.key, kind), new, replaced, clock.deadline)
        return facts

    def _look(self, key: str, deadline: Deadline) -> Found:
        png, json = (
            self.objects.look_at(output_key(key, kind), deadline)
            for kind in (AnswerKind.PNG, AnswerKind.JSON)
        )
        return Found(png, json)

    def _fetch(self, arrival: Arrival, deadline: Deadline) -> Source:
        """Return the picture; check the size that S3 has reported before anything is read."""
        limit = self.pipeline.settings.max_file_bytes
        if arrival.size >= limit:
            raise FileTooBigError(limit)
        return Source(self.objects.get(arrival.key, deadline), file_name(arrival.key))
