"""What a storage does, whichever it is."""

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
    """What is kept for a client to fetch; the value is the file's suffix."""

    JSON = "json"
    PNG = "png"
    WEBP = "webp"
    JPG = "jpg"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        """As in a `Content-Type` header."""
        return "application/json" if self is AnswerKind.JSON else FileFormat(self).media_type


class UploadType(StrEnum):
    """What a client may upload."""

    JPEG = "image/jpeg"
    PNG = "image/png"


@dataclass(frozen=True)
class Invitation:
    """A form that a client may post one file with, as `file`, behind the other fields. `url` may
    be relative to the server's root; `token` names the file from then on."""

    token: str
    url: str
    fields: dict[str, str]


class Storage(Protocol):
    """Keeps files for a day. Both directions need an unguessable token and nothing else."""

    def keep(self, content: bytes, kind: AnswerKind, deadline: Deadline) -> str:
        """A link to `content`, which may be relative to the server's root. Raises `StorageError`;
        then nothing is kept, not even a part."""

    def invite(self, kind: UploadType) -> Invitation:
        """Raises `StorageError`."""

    def collect(self, token: str, deadline: Deadline) -> bytes:
        """The file uploaded under `token`; raises `UploadMissingError`, `FileTooBigError` or
        `StorageError`."""


def absolute(link: str, server_url: str) -> str:
    """A storage's link as clients need it; `server_url` is the server's root, with a slash. (Not
    with `urljoin`, which fails on what some clients send as `Host`.)"""
    return link if "://" in link else server_url + link


def new_token() -> str:
    """256 random bits, safe in a URL and as a file's name."""
    return token_urlsafe(TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Whether `text` has a token's form, so that it can't lead out of a prefix or a folder."""
    return TOKEN.fullmatch(text) is not None
