"""Cut out pictures by a deployed API, with uploads for files too large for a request."""

import re
from binascii import a2b_base64
from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from cutout.choices import FileFormat
from cutout.command.answers import UNEXPECTED, describe_refusal, excerpt, parse_answer
from cutout.command.client import Client, FilePart, Form, Sent
from cutout.command.errors import CommandError, TaskError, printable
from cutout.command.options import CommandOptions
from cutout.command.progress import Progress
from cutout.command.records import Made, parse_doubt
from cutout.command.tasks import Task
from cutout.decode.kinds import kind_of, unsupported
from cutout.engine import local_settings
from cutout.errors import (
    FileTooBigError,
    PictureError,
    Subject,
    UnreadablePictureError,
    of_mask,
)
from cutout.options import Source

RESULTS, MODES, UPLOADS = "/v1/results", "/v1/modes", "/v1/uploads"
SIGNATURES = {
    FileFormat.PNG: re.compile(rb"\x89PNG"),
    FileFormat.WEBP: re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    FileFormat.JPG: re.compile(rb"\xff\xd8\xff"),
    FileFormat.ZIP: re.compile(rb"PK\x03\x04"),
}
MAX_NAME = 200  # characters of a file's name that the API accepts
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
OTHER = "application/octet-stream"
ACCEPTED = "JPEG, PNG and WebP"
HEAD = 1024
"""Bytes of a file that tell its type."""
STORED = frozenset({200, 201, 204})


class RemoteWorker:
    """Send a task's picture to the API and return the cut-out's file.

    As many threads may call it at once as the client has connections.
    """

    def __init__(self, client: Client, options: CommandOptions, progress: Progress) -> None:
        self._client, self._limits = client, client.limits
        self._uploads = _Uploads(client)
        self._options, self._progress = options, progress
        # WebP is refused by default, as by the reference API; older servers ignore the parameter
        self._query = options.query() | {"quality-hint": "true", "webp": "true"}
        self._background: Form = {}
        self._background_size = 0

    def prepare(self) -> None:
        """Check the address and the key before any picture is sent, and prepare the background.

        Raise `CommandError` if one of them can't be used.
        """
        try:
            self._client.check(MODES, "fg-image")
        except TaskError as error:
            raise CommandError(str(error)) from error
        picture = self._options.processing_options.background.picture
        if picture is not None:
            self._prepare_background(picture)

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    def __call__(self, task: Task) -> Made:
        """Return the cut-out's file and its quality.

        Raise `TaskError`, `PictureError` or `OSError`.
        """
        task = task.reopenable()
        size, image = task.size(), _file_part(_task_name(task), task.open)
        _require_picture(image)

        def report(count: int) -> None:
            """Report at most the file's size, which is a little less than the form's."""
            self._progress.send(task.name, min(count, size), size)

        mask = self._within_limit(task.read_mask())
        mask_size = 0 if mask is None else len(mask.content)
        uploaded = None
        if size + mask_size + self._background_size > self._limits.large_bytes:
            uploaded = self._uploads.put(image, size, report)
        form: Form = {"image": image} if uploaded is None else {"url": uploaded}
        sent = report if uploaded is None else _ignore
        form = {**form, **self._background, **_mask_part(mask)}
        limit = self._limits.result_bytes
        # in one expression, so that no text is in memory any more when its picture is decoded
        return _decoded_file(
            parse_answer(self._client.post(RESULTS, self._query, form, sent, limit)),
            self._options.format,
        )

    def _within_limit(self, mask: Source | None) -> Source | None:
        """Return a mask that is too large for a request as a grey PNG; any other as it is.

        A mask can't be uploaded separately. Raise `PictureError` if it can't be read.
        """
        room = self._limits.large_bytes - self._background_size
        if mask is None or len(mask.content) <= room:
            return mask
        from PIL import Image  # noqa: PLC0415  # like the next one, slow to import

        from cutout.decode.mask import read_mask  # noqa: PLC0415

        file = BytesIO()
        Image.fromarray(read_mask(mask.content, local_settings())).save(file, "PNG")
        return Source(file.getvalue(), mask.name)

    def _prepare_background(self, picture: Source) -> None:
        """Upload a large background once, since each request carries it. Raise `CommandError`.

        Its file is not read again: it may be a pipe, or change before the last picture.
        """
        try:
            part, size = _source_part(picture), len(picture.content)
            if part.kind == OTHER:
                raise unsupported(_head(part.opener)).about(Subject.BACKGROUND)
            is_large = size > self._limits.large_bytes // 4
            uploaded = self._uploads.put(part, size, _ignore) if is_large else None
        except (TaskError, PictureError) as error:
            raise CommandError(f"{printable(self._options.background)}: {error}") from error
        if uploaded is None:
            self._background, self._background_size = {"image-bg": part}, size
        else:
            self._background = {"url-bg": uploaded}


class _UploadTarget(NamedTuple):
    """Say where to post a file, which fields precede it, and what to send to the API instead."""

    target: str
    fields: dict[str, str]
    url: str
    max_bytes: int


class _Uploads:
    """Upload files to where the API says, until it answers that it takes none."""

    def __init__(self, client: Client) -> None:
        self._client, self._accepted = client, True

    def put(self, part: FilePart, size: int, sent: Sent) -> str | None:
        """Upload the file and return what to send in its place; None if the API takes no uploads.

        Raise `TaskError`, and `PictureError` for a file that the API would not take.
        """
        if part.kind == OTHER:
            raise unsupported(_head(part.opener)) if size else UnreadablePictureError
        if not self._accepted:
            return None
        answer = self._client.post(UPLOADS, {"type": part.kind, "name": part.name}, {}, _ignore)
        if answer.status == 404:
            self._accepted = False
            return None
        upload = _upload_target(parse_answer(answer))
        if size > upload.max_bytes:
            raise FileTooBigError(upload.max_bytes + 1)
        form: Form = {**upload.fields, "file": part}
        stored = self._client.post_elsewhere(upload.target, form, sent)
        if stored.status not in STORED:
            raise TaskError(f"The upload failed. {describe_refusal(stored)}")
        return upload.url


def _upload_target(answer: dict[str, Any]) -> _UploadTarget:
    """Return the target in the API's answer. Raise `TaskError` unless a form can be made of it."""
    try:
        target, fields = answer["upload"]["url"], dict(answer["upload"]["fields"])
        url, max_bytes = answer["url"], answer["max_bytes"]
        for text in (target, url, *fields, *fields.values()):
            _require_text(text)
    except (LookupError, TypeError, ValueError) as error:
        raise TaskError(UNEXPECTED) from error
    if not isinstance(max_bytes, int) or max_bytes <= 0:
        raise TaskError(UNEXPECTED)
    return _UploadTarget(target, fields, url, max_bytes)


def _require_text(value: object) -> None:
    """Raise `TypeError` for anything but text, `ValueError` for text that isn't valid Unicode."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    value.encode()


def _file_part(name: str, opener: Callable[[], BinaryIO]) -> FilePart:
    """Return the part of a form, with a content type by the file's first bytes."""
    return FilePart(name, opener, TYPES.get(kind_of(_head(opener)), OTHER))


def _head(opener: Callable[[], BinaryIO]) -> bytes:
    with opener() as file:
        return file.read(HEAD)


def _require_picture(part: FilePart) -> None:
    """Raise `UnsupportedTypeError` for a file of another type, unless it is empty.

    It is not sent: among somebody else's photos, it may be a link to a private file.
    """
    if part.kind == OTHER and (head := _head(part.opener)):
        raise unsupported(head, ACCEPTED)


def _mask_part(mask: Source | None) -> Form:
    if mask is None:
        return {}
    part = _source_part(mask)
    with of_mask():
        _require_picture(part)
    return {"mask": part}


def _source_part(source: Source) -> FilePart:
    return _file_part(_header_text(source.name), lambda: BytesIO(source.content))


def _task_name(task: Task) -> str:
    return "image" if task.source is None else _header_text(task.source.name)


def _header_text(name: str) -> str:
    """Return a file's name as a header can carry it; file names need not be valid Unicode."""
    return name.encode("utf-8", "replace").decode()[:MAX_NAME]


def _ignore(_count: int) -> None:
    """Ignore the progress of a form that isn't a picture's."""


def _decoded_file(answer: dict[str, Any], kind: FileFormat) -> Made:
    """Return the file in the answer, with its quality if the answer reports it.

    Raise `TaskError` with the answer's message if there is no file.
    """
    try:
        (result,) = answer["results"]
        code, message = result["status"]["code"], result["status"]["message"]
        encoded = result["entities"][0]["image"] if code == "ok" else ""
        content = a2b_base64(encoded, strict_mode=True)  # takes a text without a copy of it
    except (LookupError, TypeError, ValueError) as error:
        raise TaskError(UNEXPECTED) from error
    if not isinstance(message, str):
        raise TaskError(UNEXPECTED)
    if code != "ok":
        raise TaskError(excerpt(message))
    if not SIGNATURES[kind].match(content):
        raise TaskError(f"The server sent no {kind.name}; it may be older than this command.")
    return Made(content, *parse_doubt(result.get("quality")))
