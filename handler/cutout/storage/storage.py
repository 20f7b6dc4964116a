"""Define what every storage does."""

import re
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_urlsafe
from typing import Protocol

from cutout.choices import FileFormat
from cutout.timing import Deadline

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64


class AnswerKind(StrEnum):
    """Name the kinds of file kept for a client to fetch; the value is the file's suffix."""

    JSON = "json"
    PNG = "png"
    WEBP = "webp"
    JPG = "jpg"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        """Return the value of a `Content-Type` header."""
        return "application/json" if self is AnswerKind.JSON else FileFormat(self).media_type


class UploadType(StrEnum):
    """Name the types that a client may upload."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"

    @classmethod
    def _missing_(cls, value: object) -> "UploadType | None":
        """Return the type for a name in any case, and for the names that old clients use."""
        name = value.lower() if isinstance(value, str) else ""
        name = ALIASES.get(name, name)
        return next((each for each in cls if each.value == name), None)


ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
}


@dataclass(frozen=True)
class PresignedUpload:
    """Hold a form with which a client may post one file, as `file`, after the other fields.

    `url` may be relative to the server's root; `token` names the file from then on.
    """

    token: str
    url: str
    fields: dict[str, str]


class Storage(Protocol):
    """Keep files for a day. Reading and writing need an unguessable token and nothing else."""

    def put(
        self, content: bytes, kind: AnswerKind, deadline: Deadline, *, gzip: bool = False
    ) -> str:
        """Return a link to `content`, which may be relative to the server's root.

        `gzip` says that the storage may send it compressed, with that `Content-Encoding`.
        Raise `StorageError`; then nothing is kept, not even a part.
        """

    def create_upload(self, kind: UploadType) -> PresignedUpload:
        """Return a form for one upload of that type; raise `StorageError`."""

    def get_upload(self, token: str, deadline: Deadline) -> bytes:
        """Return the file uploaded under `token`.

        Raise `UploadMissingError`, `FileTooBigError` or `StorageError`.
        """


def absolute(link: str, server_url: str) -> str:
    """Return a storage's link as clients need it; `server_url` is the server's root, with a slash.

    (`urljoin` fails on what some clients send as `Host`.)
    """
    return link if "://" in link else server_url + link


def new_token() -> str:
    """Return 256 random bits, safe in a URL and as a file's name."""
    return token_urlsafe(TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Return whether `text` is a token's form, which can't lead out of a prefix or a folder."""
    return TOKEN.fullmatch(text) is not None
