"""Find the pictures that the command line names: files, folders and patterns."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from glob import glob, has_magic
from pathlib import Path

from cutout.command.errors import Problem, printable, system_message

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
"""Suffixes of the pictures in a folder. A file that is named itself may have any suffix."""
NO_PICTURES = "There is no JPEG, PNG or WebP file in it."
MISSING = "No such file or folder."


@dataclass(frozen=True)
class InputFile:
    """Locate a picture's file; `below` is its folder relative to the output folder."""

    path: Path
    below: Path = Path()


@dataclass
class InputFinder:
    """Collect the pictures, each file once and in order, and the problems found on the way.

    `output` is the folder for the cut-outs. It is skipped where it lies inside a searched folder.
    """

    output: Path | None = None
    found: list[InputFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Files in folders that are not JPEG or PNG, counted by their suffix in lower case."""
    _seen: set[str] = field(default_factory=set)

    def add(self, inputs: Iterable[str]) -> None:
        """Add files, folders and patterns.

        With several folders, each keeps its name below the output folder; the contents of a single
        one go directly into it.
        """
        named = list(inputs)
        several = sum(Path(each).is_dir() for each in named) > 1
        for each in named:
            if os.path.lexists(each):
                self._add_one(Path(each), several=several)
            elif has_magic(each):
                self._add_pattern(each)
            else:
                self._fail(each, MISSING)

    def _add_one(self, path: Path, *, several: bool) -> None:
        if path.is_dir():
            self._add_folder(path, Path(path.absolute().name) if several else Path())
        else:
            self._take(InputFile(path))

    def _add_pattern(self, pattern: str) -> None:
        """Expand a pattern as a shell does. `**` stands for folders at any depth."""
        root = _fixed_part(pattern)
        hidden = self._output_inside(root)
        matches = [Path(each) for each in sorted(glob(pattern, recursive=True))]  # noqa: PTH207  # takes `/a/*` and `a/../*` as well
        if not matches:
            self._fail(pattern, "No file matches it.")
        for path in matches:
            if hidden is not None and Path(os.path.realpath(path)).is_relative_to(hidden):
                continue
            if not path.is_dir():
                self._take(InputFile(path, path.relative_to(root).parent))
            elif "**" not in pattern:  # otherwise the folder's contents match as well
                self._add_folder(path, path.relative_to(root))

    def _add_folder(self, folder: Path, below: Path) -> None:
        problems = len(self.problems)
        pictures = list(self._pictures(folder))
        if not pictures and problems == len(self.problems):
            self._fail(folder, NO_PICTURES)
        for path in pictures:
            self._take(InputFile(path, below / path.relative_to(folder).parent))

    def _pictures(self, folder: Path) -> Iterator[Path]:
        """Yield the pictures in a folder tree, without hidden files and the output folder."""
        hidden = self._output_inside(folder)

        def unreadable(error: OSError) -> None:
            self._fail(error.filename, system_message(error))

        for parent, folders, files in os.walk(folder, onerror=unreadable):
            folders[:] = sorted(
                each
                for each in folders
                if not each.startswith(".")
                and (hidden is None or Path(os.path.realpath(parent), each) != hidden)
            )
            for path in (Path(parent, name) for name in sorted(files)):
                if path.name.startswith(".") or not (path.is_file() or path.is_symlink()):
                    continue  # hidden files and pipes; broken links are reported later
                if path.suffix.lower() in SUFFIXES:
                    yield path
                else:
                    self.left_out[path.suffix.lower() or "no suffix"] += 1

    def _output_inside(self, folder: Path) -> Path | None:
        """Return the output folder's real path if it lies below `folder`, else None."""
        if self.output is None:
            return None
        output, root = (Path(os.path.realpath(each)) for each in (self.output, folder))
        return output if output != root and output.is_relative_to(root) else None

    def _take(self, found: InputFile) -> None:
        key = path_key(found.path)
        if key not in self._seen:
            self._seen.add(key)
            self.found.append(found)

    def _fail(self, name: object, message: str) -> None:
        self.problems.append(Problem(printable(name), message))


def path_key(path: Path) -> str:
    """Return a text that is equal for two paths of one file, however their folders are spelled.

    Linked folders are resolved. A symbolic link to a file counts as a separate file, because it has
    its own name.
    """
    return os.path.normcase(_resolved(path.parent) / path.name)


@lru_cache(maxsize=1024)
def _resolved(folder: Path) -> Path:
    return folder.resolve()


def _fixed_part(pattern: str) -> Path:
    """Return the folder before the first part of the pattern that has a magic character."""
    path = Path(pattern)
    for index, part in enumerate(path.parts[:-1]):
        if has_magic(part):
            return Path(*path.parts[:index])
    return path.parent
