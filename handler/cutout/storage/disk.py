"""Store files on the local server's own disk."""

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from threading import Lock
from time import time
from typing import NamedTuple

from cutout.errors import FileTooBigError, StorageError, UploadMissingError
from cutout.request_errors import (
    FileGoneError,
    UploadRefusedError,
    UploadsDownError,
    UploadSizeError,
)
from cutout.settings import Settings
from cutout.storage.storage import (
    TOKEN,
    AnswerKind,
    PresignedUpload,
    UploadType,
    is_token,
    new_token,
)
from cutout.timing import Deadline

NAME = re.compile(rf"{TOKEN.pattern}(?P<suffix>|\.[a-z]+)")
PART = re.compile(rf"\.{TOKEN.pattern}\.part")
PART_SECONDS = 300
"""Seconds after which an unfinished file counts as left behind by a killed process."""


class Found(NamedTuple):
    """Hold the name of a file of the store, and its size in bytes."""

    name: str
    size: int


class Folder:
    """Manage files named `TOKEN` plus a suffix, and `.TOKEN.part` while one is being written.

    `lifetimes` maps each suffix to the seconds after which such a file has expired. Everything else
    in the folder (other names, sub-folders, symbolic links) is not the store's: it is never served,
    counted or removed.
    """

    def __init__(self, path: Path, lifetimes: Mapping[str, int]) -> None:
        self._path, self._lifetimes = path, lifetimes

    def find(self, name: str) -> Path | None:
        """Return the path of a finished file; None if it is missing, expired or not the store's."""
        path, match = self._path / name, NAME.fullmatch(name)
        seconds = self._lifetimes.get(match["suffix"]) if match else None
        try:
            return path if seconds is not None and _is_alive(path.lstat(), seconds) else None
        except OSError:
            return None

    def sweep(self) -> list[Found]:
        """Remove expired files and return the others, unfinished ones included.

        Raise `OSError` if the disk fails.
        """
        found = []
        with suppress(FileNotFoundError), os.scandir(self._path) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another process was faster
                    if (size := self._size(entry)) is not None:
                        found.append(Found(entry.name, size))
        return found

    def write(self, name: str, content: bytes) -> None:
        """Write the file whole or not at all; raise `OSError` if the disk fails."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path / f".{new_token()}.part"
        try:
            part.write_bytes(content)
            part.replace(self._path / name)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _size(self, entry: os.DirEntry[str]) -> int | None:
        """Return the size of a file of the store.

        Return None if it is not the store's, or has expired; an expired file is removed.
        """
        seconds, status = self._seconds(entry.name), entry.stat(follow_symlinks=False)
        if seconds is None or not S_ISREG(status.st_mode):
            return None
        if _is_alive(status, seconds):
            return status.st_size
        Path(entry).unlink()
        return None

    def _seconds(self, name: str) -> int | None:
        if PART.fullmatch(name):
            return PART_SECONDS
        match = NAME.fullmatch(name)
        return self._lifetimes.get(match["suffix"]) if match else None


def _is_alive(status: os.stat_result, seconds: int) -> bool:
    """Return whether it is a regular file, changed less than `seconds` ago."""
    return S_ISREG(status.st_mode) and time() - status.st_mtime < seconds


FILES_PATH, UPLOADS_PATH = "v1/files", "v1/uploads"
"""Paths of the server's own routes; see `cutout.api.files`."""

TICKET = ".open"

SMALLEST = 64 * 1024
"""Minimum bytes that a file counts as, which limits how many files there are to list."""

UPLOADS_SHARE = 0.5
"""Part of the store that uploads may fill. They cost a client little, and must leave room for
answers."""

logger = logging.getLogger(__name__)


def storage_folder(configured: Path) -> Path | None:
    """Return the folder with `~` replaced.

    Return None without a home folder that can be written to, as for a system user.
    """
    if not str(configured).startswith("~"):
        return configured
    try:
        folder = configured.expanduser()
    except RuntimeError:  # the user has no home folder
        return None
    # unlike `Path.exists`, it doesn't raise in a closed folder, such as another user's home
    existing = next(each for each in (folder, *folder.parents) if os.path.exists(each))  # noqa: PTH110
    return folder if os.access(existing, os.W_OK) else None


class DiskStorage:
    """Keep `answers` for clients to fetch and `uploads` that clients sent, in two folders.

    Without a `storage_folder`, they are in a new and private temporary folder, which `close`
    removes.

    An upload that is expected is a ticket, a file `TOKEN.open` that holds the agreed type. Tickets
    don't count in `storage_bytes`: `open_uploads` limits them, so that they take no space from
    answers. Expired files are removed at the next write to their folder.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        folder, day = storage_folder(settings.storage_dir), settings.link_seconds
        self._temporary: TemporaryDirectory[str] | None = None
        if folder is None:
            self._temporary = TemporaryDirectory(prefix="cutout-")
            folder = Path(self._temporary.name)
        self._answers = Folder(folder / "answers", {f".{kind}": day for kind in AnswerKind})
        self._uploads = Folder(folder / "uploads", {"": day, TICKET: settings.upload_seconds})
        self._writing = Lock()

    def close(self) -> None:
        """Remove the temporary folder, if there is one: nobody would find its files again."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def put(
        self,
        content: bytes,
        kind: AnswerKind,
        _deadline: Deadline,
        *,
        gzip: bool = False,  # noqa: ARG002  # local bytes cost nothing
    ) -> str:
        """Store `content` and return a link; see `Storage`."""
        name = f"{new_token()}.{kind}"
        with self._storing():
            kept = _counted(self._uploads.sweep()) + _counted(self._answers.sweep())
            self._require_space(kept, len(content), self._settings.storage_bytes)
            self._answers.write(name, content)
        return f"{FILES_PATH}/{name}"

    def create_upload(self, kind: UploadType) -> PresignedUpload:
        """Return a form for one upload to this server; see `Storage`."""
        token = new_token()
        with self._storing():
            tickets = sum(_is_ticket(each) for each in self._uploads.sweep())
            if tickets >= self._settings.open_uploads:
                logger.warning("%d uploads are pending, the limit of CUTOUT_OPEN_UPLOADS", tickets)
                raise StorageError
            self._uploads.write(token + TICKET, kind.encode())
        return PresignedUpload(token, f"{UPLOADS_PATH}/{token}", {"Content-Type": kind})

    def get_upload(self, token: str, _deadline: Deadline) -> bytes:
        """Return an uploaded file; see `Storage`."""
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
        """Return the file behind a link of `put`; raise `FileGoneError`."""
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
            self._require_space(uploads, len(content), int(limit * UPLOADS_SHARE))
            self._require_space(uploads + _counted(self._answers.sweep()), len(content), limit)
            self._uploads.write(token, content)

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Let one thread write at a time; raise `StorageError` if the disk fails."""
        try:
            with self._writing:
                yield
        except OSError as error:
            logger.exception("Storage failed")
            raise StorageError from error

    def _require_space(self, kept: int, size: int, limit: int) -> None:
        if kept + max(size, SMALLEST) > limit:
            logger.warning("The storage folder is full: see CUTOUT_STORAGE_BYTES")
            raise StorageError


def _is_ticket(found: Found) -> bool:
    return found.name.endswith(TICKET)


def _counted(found: Iterable[Found]) -> int:
    """Return the bytes of all files but the tickets."""
    return sum(max(each.size, SMALLEST) for each in found if not _is_ticket(each))
