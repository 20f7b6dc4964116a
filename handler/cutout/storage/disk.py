"""The local server's own disk."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cutout.errors import FileTooBigError, StorageError, UploadMissingError
from cutout.request_errors import (
    FileGoneError,
    UploadRefusedError,
    UploadsDownError,
    UploadSizeError,
)
from cutout.settings import Settings
from cutout.storage.folder import Folder, Found
from cutout.storage.storage import AnswerKind, Invitation, UploadType, is_token, new_token
from cutout.timing import Deadline

FILES_PATH, UPLOADS_PATH = "v1/files", "v1/uploads"
"""Where the server's own routes answer; see `cutout.api.files`."""

TICKET = ".open"

SMALLEST = 64 * 1024
"""Bytes that a file counts as at least, so that the store never holds so many files that listing
them takes long."""

UPLOADS_SHARE = 0.5
"""Part of the store that uploads may fill. They cost a client little, and must leave room for
answers."""

logger = logging.getLogger(__name__)


class DiskStorage:
    """Keeps `answers` for clients to fetch and `uploads` that clients sent, in two folders.

    An upload that is expected is a ticket, a file `TOKEN.open` that holds the type agreed on. A
    ticket is not counted in `storage_bytes`: `open_uploads` limits the tickets instead, so that
    invitations can't take the place of answers. Expired files are removed at the next write to
    their folder.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        folder, day = settings.storage_dir.expanduser(), settings.link_seconds
        self._answers = Folder(folder / "answers", {f".{kind}": day for kind in AnswerKind})
        self._uploads = Folder(folder / "uploads", {"": day, TICKET: settings.upload_seconds})
        self._writing = Lock()

    def keep(self, content: bytes, kind: AnswerKind, _deadline: Deadline) -> str:
        """See `Storage`."""
        name = f"{new_token()}.{kind}"
        with self._storing():
            kept = _counted(self._uploads.sweep()) + _counted(self._answers.sweep())
            self._require_room(kept, len(content), self._settings.storage_bytes)
            self._answers.write(name, content)
        return f"{FILES_PATH}/{name}"

    def invite(self, kind: UploadType) -> Invitation:
        """See `Storage`."""
        token = new_token()
        with self._storing():
            tickets = sum(_is_ticket(each) for each in self._uploads.sweep())
            if tickets >= self._settings.open_uploads:
                logger.warning("%d uploads are open, as many as CUTOUT_OPEN_UPLOADS", tickets)
                raise StorageError
            self._uploads.write(token + TICKET, kind.encode())
        return Invitation(token, f"{UPLOADS_PATH}/{token}", {"Content-Type": kind})

    def collect(self, token: str, _deadline: Deadline) -> bytes:
        """See `Storage`."""
        path = self._uploads.find(token) if is_token(token) else None
        if path is None:
            raise UploadMissingError
        try:
            content = path.read_bytes()
        except OSError as error:
            raise StorageError from error
        if len(content) >= self._settings.max_file_bytes:
            raise FileTooBigError(self._settings.max_file_bytes)
        return content

    def require_open(self, token: str) -> None:
        """Raise `UploadRefusedError` unless an upload is expected under the token."""
        self._ticket(token)

    def accept(self, token: str, kind: str, content: bytes) -> None:
        """Store an upload; raise `UploadRefusedError`, `UploadSizeError` or `UploadsDownError`."""
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
            self._store_upload(token, content)
        except StorageError as error:
            raise UploadsDownError from error
        ticket.unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """Return the file behind a link of `keep`; raise `FileGoneError`."""
        path = self._answers.find(name)
        if path is None:
            raise FileGoneError
        return path

    def _ticket(self, token: str) -> Path:
        path = self._uploads.find(token + TICKET)
        if path is None:
            raise UploadRefusedError
        return path

    def _store_upload(self, token: str, content: bytes) -> None:
        with self._storing():
            uploads, limit = _counted(self._uploads.sweep()), self._settings.storage_bytes
            self._require_room(uploads, len(content), int(limit * UPLOADS_SHARE))
            self._require_room(uploads + _counted(self._answers.sweep()), len(content), limit)
            self._uploads.write(token, content)

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Let one thread write at a time; raise `StorageError` where the disk fails."""
        try:
            with self._writing:
                yield
        except OSError as error:
            logger.exception("the storage failed")
            raise StorageError from error

    def _require_room(self, kept: int, size: int, limit: int) -> None:
        if kept + max(size, SMALLEST) > limit:
            logger.warning("The store is full: see CUTOUT_STORAGE_BYTES")
            raise StorageError


def _is_ticket(found: Found) -> bool:
    return found.name.endswith(TICKET)


def _counted(found: Iterable[Found]) -> int:
    """Return the bytes of all files but the tickets."""
    return sum(max(each.size, SMALLEST) for each in found if not _is_ticket(each))
