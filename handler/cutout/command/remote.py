"""Pictures cut out by a deployed API."""

import re
from binascii import a2b_base64
from pathlib import Path
from typing import Any

from cutout.choices import FileFormat
from cutout.command.answers import FOREIGN, RESULT_BYTES, answered, quoted
from cutout.command.client import Client, Form
from cutout.command.problems import CommandError, TaskError, cause, shown
from cutout.command.tally import Tally
from cutout.command.targets import Task
from cutout.command.uploads import UNKNOWN, Uploads, mute, picture_part, text_of
from cutout.command.wishes import Wishes
from cutout.errors import PictureError, Subject, UnsupportedTypeError

LARGE = 4_400_000
"""Bytes beyond which a form hardly fits a Lambda function's request: 6 MiB, base64 included."""
RESULTS, MODES = "/v1/results", "/v1/modes"
BEGINNINGS = {
    FileFormat.PNG: re.compile(rb"\x89PNG"),
    FileFormat.WEBP: re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


class RemoteWorker:
    """Callable: a task → the file of its cut-out. For as many threads as `connections`."""

    def __init__(
        self, url: str, key: str | None, wishes: Wishes, tally: Tally, connections: int
    ) -> None:
        self._client = Client(url, key, connections)
        self._uploads = Uploads(self._client)
        self._wishes, self._query, self._tally = wishes, wishes.query(), tally
        self._background: Form = {}
        self._background_size = 0

    def prepare(self) -> None:
        """Asks whether there is such an API and whether it knows the key: better once than by each
        picture. Raises `CommandError`."""
        try:
            self._client.check(MODES, "fg-image")
        except TaskError as error:
            raise CommandError(str(error)) from error
        if self._wishes.background_file is not None:
            self._prepare_background(self._wishes.background_file)

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()

    def __call__(self, task: Task) -> bytes:
        """Raises `TaskError`, `PictureError` or `OSError`."""
        size, image = task.size(), picture_part(_name(task), task.open)

        def sent(count: int) -> None:
            """(The form is a little larger than the file.)"""
            self._tally.send(task.name, min(count, size), size)

        uploaded = None
        if size + self._background_size > LARGE:
            uploaded = self._uploads.put(image, size, sent)
        form: Form = {"image": image} if uploaded is None else {"url": uploaded}
        told = sent if uploaded is None else mute
        form = {**form, **self._background}
        # in one expression, so that no text is in memory any more when its picture is decoded
        return _picture(
            answered(self._client.post(RESULTS, self._query, form, told, RESULT_BYTES)),
            self._wishes.format,
        )

    def _prepare_background(self, file: Path) -> None:
        """It goes with each picture, so that a large one is uploaded, once for all. Raises
        `CommandError`."""
        try:
            part = picture_part(text_of(file.name), lambda: file.open("rb"))
            if part.kind == UNKNOWN:
                raise UnsupportedTypeError().about(Subject.BACKGROUND)
            size = file.stat().st_size
            uploaded = self._uploads.put(part, size, mute) if size > LARGE // 4 else None
        except OSError as error:
            raise CommandError(f"{shown(file)}: {cause(error)}") from error
        except (TaskError, PictureError) as error:
            raise CommandError(f"{shown(file)}: {error}") from error
        if uploaded is None:
            self._background, self._background_size = {"image-bg": part}, size
        else:
            self._background = {"url-bg": uploaded}


def _picture(answer: dict[str, Any], kind: FileFormat) -> bytes:
    """Return the file in the answer. Raise `TaskError` with the answer's own words if there is
    none."""
    try:
        (result,) = answer["results"]
        code, message = result["status"]["code"], result["status"]["message"]
        encoded = result["entities"][0]["image"] if code == "ok" else ""
        content = a2b_base64(encoded, strict_mode=True)  # takes a text without a copy of it
    except (LookupError, TypeError, ValueError) as error:
        raise TaskError(FOREIGN) from error
    if not isinstance(message, str):
        raise TaskError(FOREIGN)
    if code != "ok":
        raise TaskError(quoted(message))
    if not BEGINNINGS[kind].match(content):
        raise TaskError(f"The server made no {kind.name}; it may be older than this command.")
    return content


def _name(task: Task) -> str:
    return "image" if task.source is None else text_of(task.source.name)
