"""Files too large for a request, put where the API wants them."""

from collections.abc import Callable
from typing import BinaryIO

from handler.command.client import FOREIGN, Client, FilePart, Sent, answered, refusal
from handler.command.problems import TaskError
from handler.errors import FileTooBigError, UnreadablePictureError, UnsupportedTypeError

UPLOADS = "/v1/uploads"
MAX_NAME = 200  # what it takes
TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
UNKNOWN = "application/octet-stream"
STORED = frozenset({200, 201, 204})


class Uploads:
    """By the API's own invitation, as long as it gives any."""

    def __init__(self, client: Client) -> None:
        self._client, self._invites = client, True

    def put(self, part: FilePart, size: int, sent: Sent) -> str | None:
        """What to send in the file's place; None where the API takes no uploads. Raises
        `TaskError`, and `PictureError` for a file that it would not take."""
        if part.kind == UNKNOWN:
            raise UnsupportedTypeError if size else UnreadablePictureError
        if not self._invites:
            return None
        invited = self._client.post(UPLOADS, {"type": part.kind, "name": part.name}, {}, mute)
        if invited.status_code == 404:
            self._invites = False
            return None
        try:
            invitation = answered(invited)
            target, fields = invitation["upload"]["url"], dict(invitation["upload"]["fields"])
            url, limit = str(invitation["url"]), int(invitation["max_bytes"])
        except (LookupError, TypeError, ValueError) as error:
            raise TaskError(FOREIGN) from error
        if size > limit:
            raise FileTooBigError(limit + 1)
        stored = self._client.post_elsewhere(target, {**fields, "file": part}, sent)
        if stored.status_code not in STORED:
            raise TaskError(f"The upload failed. {refusal(stored)}")
        return url


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
