"""Manage a folder of the local store, and only the store's own files in it."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from time import time
from typing import NamedTuple

from cutout.storage.storage import TOKEN, new_token

NAME = re.compile(rf"{TOKEN.pattern}(?P<suffix>|\.[a-z]+)")
PART = re.compile(rf"\.{TOKEN.pattern}\.part")
PART_SECONDS = 300
"""Seconds after which an unfinished file is taken for one that a killed process left behind."""


class Found(NamedTuple):
    """A file of the store, and its size in bytes."""

    name: str
    size: int


class Folder:
    """Holds files named `TOKEN` plus a suffix, and `.TOKEN.part` while one is being written.
    `lifetimes` maps each suffix to the seconds after which such a file has expired.

    Whatever else lies in the folder (other names, sub-folders, symbolic links) is not the store's:
    it is never served, counted or removed.
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
        """Remove expired files and return the others, unfinished ones included. Raise `OSError`
        where the disk fails."""
        found = []
        with suppress(FileNotFoundError), os.scandir(self._path) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # another process was faster
                    if (size := self._size(entry)) is not None:
                        found.append(Found(entry.name, size))
        return found

    def write(self, name: str, content: bytes) -> None:
        """Write the file whole or not at all; raise `OSError` where the disk fails."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path / f".{new_token()}.part"
        try:
            part.write_bytes(content)
            part.replace(self._path / name)
        except OSError:
            part.unlink(missing_ok=True)
            raise

    def _size(self, entry: os.DirEntry[str]) -> int | None:
        """Return the size of a file of the store; None if it is not the store's, or has expired
        and is removed here."""
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
