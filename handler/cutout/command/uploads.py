"""Files too large for a request, put where the API wants them."""

from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

from cutout.command.answers import FOREIGN, answered, refusal
from cutout.command.client import Client, FilePart, Form, Sent
from cutout.command.errors import TaskError
from cutout.errors import FileTooBigError, UnreadablePictureError, UnsupportedTypeError

UPLOADS = "/v1/uploads"
MAX_NAME = 200  # what it takes
TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
UNKNOWN = "application/octet-stream"
STORED = frozenset({200, 201, 204})


class _Invitation(NamedTuple):
    """Where to post a file, with which fields before it, and what to send to the API instead."""

    target: str
    fields: dict[str, str]
    url: str
    max_bytes: int


class Uploads:
    """By the API's own invitation, as long as it gives any."""

    def __init__(self, client: Client) -> None:
        self._client, self._invites = client, True

    def put(self, part: FilePart, size: int, sent: Sent) -> str | None:
        """Upload the file and return what to send in its place; None if the API takes no uploads.
        Raise `TaskError`, and `PictureError` for a file that the API would not take."""
        if part.kind == UNKNOWN:
            raise UnsupportedTypeError if size else UnreadablePictureError
        if not self._invites:
            return None
        invited = self._client.post(UPLOADS, {"type": part.kind, "name": part.name}, {}, mute)
        if invited.status == 404:
            self._invites = False
            return None
        invitation = _invitation(answered(invited))
        if size > invitation.max_bytes:
            raise FileTooBigError(invitation.max_bytes + 1)
        form: Form = {**invitation.fields, "file": part}
        stored = self._client.post_elsewhere(invitation.target, form, sent)
        if stored.status not in STORED:
            raise TaskError(f"The upload failed. {refusal(stored)}")
        return invitation.url


def _invitation(answer: dict[str, Any]) -> _Invitation:
    """Return what the API answered. Raise `TaskError` unless a form can be made of it."""
    try:
        target, fields = answer["upload"]["url"], dict(answer["upload"]["fields"])
        url, max_bytes = answer["url"], answer["max_bytes"]
        for text in (target, url, *fields, *fields.values()):
            _require_text(text)
    except (LookupError, TypeError, ValueError) as error:
        raise TaskError(FOREIGN) from error
    if not isinstance(max_bytes, int) or max_bytes <= 0:
        raise TaskError(FOREIGN)
    return _Invitation(target, fields, url, max_bytes)


def _require_text(value: object) -> None:
    """Raise `TypeError` for anything but text, `ValueError` for text that isn't valid Unicode."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    value.encode()


def picture_part(name: str, opener: Callable[[], BinaryIO]) -> FilePart:
    """Of a type by its first bytes, as the API judges."""
    with opener() as file:
        head = file.read(8)
    found = (kind for magic, kind in TYPES.items() if head.startswith(magic))
    return FilePart(name, opener, next(found, UNKNOWN))


def text_of(name: str) -> str:
    """A file's name as it goes into a header: it may be no text at all."""
    return name.encode("utf-8", "replace").decode()[:MAX_NAME]


def mute(_count: int) -> None:
    """Where nothing of a form is worth a word."""
