"""The local server's own disk."""

import logging
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from threading import Lock
from time import time

from handler.deadline import Deadline
from handler.errors import (
    FileGoneError,
    FileTooBigError,
    StorageError,
    UploadMissingError,
    UploadRefusedError,
    UploadsDownError,
    UploadSizeError,
)
from handler.settings import Settings
from handler.storage.storage import AnswerKind, Invitation, UploadType, is_token, new_token

FILES_PATH, UPLOADS_PATH = "v1/files", "v1/uploads"
"""Where the server's own routes answer; see `handler.receive.files`."""

SMALLEST = 64 * 1024
"""What a file is counted as at least: there are never so many that to list them takes long."""

logger = logging.getLogger(__name__)


class DiskStorage:
    """Two folders: `answers` for clients to fetch, `uploads` for files that they sent. An upload
    that was asked for and isn't there yet is a file `TOKEN.open` that holds the type agreed on.
    Whatever is older than a day is removed at the next write; a write that would not fit beside the
    rest is refused as on a full disk."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        folder = settings.storage_dir.expanduser()
        self._answers, self._uploads = folder / "answers", folder / "uploads"
        self._writing = Lock()

    def keep(self, content: bytes, kind: AnswerKind, _deadline: Deadline) -> str:
        """See `Storage`."""
        name = f"{new_token()}.{kind}"
        self._write(self._answers / name, content)
        return f"{FILES_PATH}/{name}"

    def invite(self, kind: UploadType) -> Invitation:
        """See `Storage`."""
        token = new_token()
        self._write(self._ticket(token), kind.encode())
        return Invitation(token, f"{UPLOADS_PATH}/{token}", {"Content-Type": kind})

    def collect(self, token: str, _deadline: Deadline) -> bytes:
        """See `Storage`."""
        path = self._uploads / token
        if not self._is_alive(path, self._settings.link_seconds):
            raise UploadMissingError
        try:
            content = path.read_bytes()
        except OSError as error:
            raise StorageError from error
        if len(content) >= self._settings.max_file_bytes:
            raise FileTooBigError(self._settings.max_file_bytes)
        return content

    def require_open(self, token: str) -> None:
        """Raises `UploadRefusedError` where no upload is waited for under the token."""
        if not is_token(token) or not self._is_alive(
            self._ticket(token), self._settings.upload_seconds
        ):
            raise UploadRefusedError

    def accept(self, token: str, kind: str, content: bytes) -> None:
        """Takes an upload; raises `UploadRefusedError`, `UploadSizeError` or
        `UploadsDownError`."""
        self.require_open(token)
        ticket = self._ticket(token)
        try:
            agreed = ticket.read_text()
        except OSError as error:  # another post was faster
            raise UploadRefusedError from error
        if agreed != kind:
            raise UploadRefusedError
        if not 0 < len(content) < self._settings.max_file_bytes:
            raise UploadSizeError
        try:
            self._write(self._uploads / token, content)
        except StorageError as error:
            raise UploadsDownError from error
        ticket.unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """The file behind a link of `keep`; raises `FileGoneError`."""
        token, _, kind = name.partition(".")
        path = self._answers / name
        if not is_token(token) or kind not in set(AnswerKind):
            raise FileGoneError
        if not self._is_alive(path, self._settings.link_seconds):
            raise FileGoneError
        return path

    def _ticket(self, token: str) -> Path:
        return self._uploads / f"{token}.open"

    def _write(self, path: Path, content: bytes) -> None:
        """Writes the file whole or not at all."""
        part = path.with_name(f".{new_token()}.part")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._writing:
                self._require_room(len(content))
                part.write_bytes(content)
            part.replace(path)
        except OSError as error:
            logger.exception("the storage failed")
            with suppress(OSError):
                part.unlink()
            raise StorageError from error

    def _require_room(self, size: int) -> None:
        if self._kept() + _counted(size) > self._settings.storage_bytes:
            raise OSError(ENOSPC, "CUTOUT_STORAGE_BYTES", str(self._answers.parent))

    def _kept(self) -> int:
        """Bytes of all files, after what is too old was removed."""
        total = 0
        for folder in (self._answers, self._uploads):
            for path in folder.iterdir() if folder.is_dir() else ():
                if self._is_alive(path, self._settings.link_seconds):
                    total += _counted(_size(path))
                else:
                    path.unlink(missing_ok=True)  # another process may have been faster
        return total

    @staticmethod
    def _is_alive(path: Path, seconds: int) -> bool:
        try:
            return time() - path.stat().st_mtime < seconds
        except OSError:
            return False


def _counted(size: int) -> int:
    return max(size, SMALLEST)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # a client has just used its invitation
        return 0
