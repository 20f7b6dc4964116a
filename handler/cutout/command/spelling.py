"""Find paths that a file system takes for one although they are spelled differently.

exFAT, FAT, NTFS and shares of Windows ignore case, also on Linux; HFS+ ignores how an accent is
written.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize


def folded(path: str) -> str:
    """Return a text that is equal for all spellings which any file system takes for one."""
    return normalize("NFC", path).casefold()


class Spellings:
    """Hold absolute paths without links, and find them however they are spelled."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: defaultdict[str, set[str]] = defaultdict(set)
        self.add(paths)

    def add(self, paths: Iterable[str]) -> None:
        """Add paths."""
        for each in paths:
            self._paths[folded(each)].add(each)

    def find(self, path: str) -> str | None:
        """Return the path that is the same file as `path`, or None.

        Ask the file system only about paths that differ in nothing but their spelling, which are
        rare: to ask is to make a file for a moment.
        """
        similar = self._paths.get(folded(path), set())
        if path in similar:
            return path
        return next((each for each in sorted(similar) if _is_one(each, path)), None)

    def holds(self, path: str) -> bool:
        """Return whether `path` is one of these paths or below one."""
        return any(self.find(str(each)) is not None for each in (Path(path), *Path(path).parents))


def _is_one(path: str, other: str) -> bool:
    parts, others = Path(path).parts, Path(other).parts
    return len(parts) == len(others) and all(
        _takes_for_one(_existing(Path(*parts[:at])), name, spelled)
        for at, (name, spelled) in enumerate(zip(parts, others, strict=True))
        if name != spelled
    )


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if os.path.isdir(each))  # noqa: PTH112  # Path.is_dir raises


@lru_cache(maxsize=1024)
def _takes_for_one(folder: Path, name: str, other: str) -> bool:
    """Return whether two names in a folder are one, False if no such file can be made there."""
    try:
        with TemporaryDirectory(prefix=".", suffix=".part", dir=folder) as empty:
            Path(empty, name).touch()
            return os.path.lexists(Path(empty, other))
    except OSError:
        return False
