"""Pictures cut out by a deployed API."""

from base64 import b64decode
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from handler.command.client import FOREIGN, Client, Part, Sent, answered, refusal
from handler.command.problems import CommandError, TaskError, shown
from handler.command.tally import Tally
from handler.command.targets import Task
from handler.errors import FileTooBigError, UnreadablePictureError, UnsupportedTypeError

LARGE = 4_400_000
"""Bytes beyond which a form hardly fits a Lambda function's request: 6 MiB, base64 included."""
MAX_NAME = 200  # what `/v1/uploads` takes
TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
RESULTS, UPLOADS, MODES = "/v1/results", "/v1/uploads", "/v1/modes"


class RemoteWorker:
    """Callable: a task → the file of its cut-out. For as many threads as `connections`."""

    def __init__(
        self, url: str, key: str | None, query: Mapping[str, str], tally: Tally, connections: int
    ) -> None:
        self._client = Client(url, key, connections)
        self._query, self._tally = query, tally
        self._takes_uploads = True

    def __enter__(self) -> Self:
        """Asks whether there is such an API and whether it knows the key: better once than by each
        picture. Raises `CommandError`."""
        try:
            response = self._client.get(MODES)
        except TaskError as error:
            raise CommandError(str(error)) from error
        if response.status_code == 401:
            raise CommandError(f"{refusal(response)} Give it with CUTOUT_KEY or --key.")
        if response.status_code != 200:
            raise CommandError(refusal(response))
        if "fg-image" not in response.text:
            raise CommandError(FOREIGN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, trace)

    def __call__(self, task: Task) -> bytes:
        """Raises `TaskError`, `PictureError` or `OSError`."""
        size, kind = task.size(), _type(task)

        image: Part = (_name(task), task.open, kind or "application/octet-stream")
        form = {"image": image}
        if size > LARGE:
            uploaded = self._upload(task, kind, size, image)
            form = form if uploaded is None else {"url": uploaded}
        sent = self._progress(task, size) if "image" in form else _mute
        response = self._client.post(RESULTS, self._query, form, sent)
        return _picture(answered(response))

    def _progress(self, task: Task, size: int) -> Sent:
        """(What is sent is the form: a little more than the file.)"""
        return lambda count: self._tally.send(task.name, min(count, size), size)

    def _upload(self, task: Task, kind: str | None, size: int, image: Part) -> str | None:
        """Puts the file where the API wants large ones, and says what to send in its place; None
        where it has no such place."""
        if kind is None:
            raise UnsupportedTypeError if size else UnreadablePictureError
        if not self._takes_uploads:
            return None
        invited = self._client.post(UPLOADS, {"type": kind, "name": _name(task)}, {}, _mute)
        if invited.status_code == 404:
            self._takes_uploads = False
            return None
        try:
            invitation = answered(invited)
            target, fields = invitation["upload"]["url"], invitation["upload"]["fields"]
            url, limit = str(invitation["url"]), int(invitation["max_bytes"])
        except (LookupError, TypeError, ValueError) as error:
            raise TaskError(FOREIGN) from error
        if size > limit:
            raise FileTooBigError(limit + 1)
        form = {**fields, "file": image}
        stored = self._client.post_elsewhere(target, form, self._progress(task, size))
        if stored.status_code not in {200, 201, 204}:
            raise TaskError(f"The upload failed. {refusal(stored)}")
        return url


def _picture(answer: dict[str, Any]) -> bytes:
    """The file in the answer; raises `TaskError` with its own words where there is none."""
    try:
        (result,) = answer["results"]
        code, message = result["status"]["code"], result["status"]["message"]
        if code == "ok":
            return b64decode(result["entities"][0]["image"], validate=True)
    except (LookupError, TypeError, ValueError) as error:
        raise TaskError(FOREIGN) from error
    raise TaskError(shown(message))


def _type(task: Task) -> str | None:
    """By the first bytes, as the API judges; None where it is neither."""
    with task.open() as file:
        head = file.read(8)
    return next((kind for magic, kind in TYPES.items() if head.startswith(magic)), None)


def _name(task: Task) -> str:
    """As it goes into a header: a file's name may be no text at all."""
    name = "image" if task.source is None else task.source.name
    return name.encode("utf-8", "replace").decode()[:MAX_NAME]


def _mute(_count: int) -> None:
    """Nothing of the form is worth a word."""
