"""What the command is to work on: files as they are named, folders with what is in them, patterns
that the shell has left as they are."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path

from cutout.command.places import Place, place
from cutout.command.problems import Problem, cause, shown

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
"""A file in a folder is known by its suffix; one that is named is looked at in any case."""
NOTHING = "There is no JPEG, PNG or WebP file in it."
MISSING = "No such file or folder."


@dataclass(frozen=True)
class Found:
    """A picture's file; `below` is the folder that it keeps under the output folder."""

    path: Path
    below: Path = Path()


@dataclass
class Discovery:
    """All that the arguments name, each file once, in order. `output` is the folder that
    cut-outs go to; where it lies inside one that is looked through, it is left out."""

    output: Path | None = None
    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _seen: set[Place] = field(default_factory=set)

    def add(self, inputs: Iterable[str]) -> None:
        """Files, folders and patterns. Several folders each keep their name under the output
        folder; of a single one the contents go there."""
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
            self._take(Found(path))

    def _add_pattern(self, pattern: str) -> None:
        """As the shell would have; `**` stands for folders within folders."""
        root = _fixed_part(pattern)
        hidden = self._output_inside(root)
        matches = [Path(each) for each in sorted(glob(pattern, recursive=True))]  # noqa: PTH207  # takes `/a/*` and `a/../*` as well
        if not matches:
            self._fail(pattern, "No file matches it.")
        for path in matches:
            if hidden is not None and Path(os.path.realpath(path)).is_relative_to(hidden):
                continue
            if not path.is_dir():
                self._take(Found(path, path.relative_to(root).parent))
            elif "**" not in pattern:  # what is in it matches as well
                self._add_folder(path, path.relative_to(root))

    def _add_folder(self, folder: Path, below: Path) -> None:
        problems = len(self.problems)
        pictures = list(self._pictures(folder))
        if not pictures and problems == len(self.problems):
            self._fail(folder, NOTHING)
        for path in pictures:
            self._take(Found(path, below / path.relative_to(folder).parent))

    def _pictures(self, folder: Path) -> Iterator[Path]:
        """Those in it, at any depth; hidden ones and the output folder are left out."""
        hidden = self._output_inside(folder)

        def unreadable(error: OSError) -> None:
            self._fail(error.filename, cause(error))

        for parent, folders, files in os.walk(folder, onerror=unreadable):
            folders[:] = sorted(
                each
                for each in folders
                if not each.startswith(".")
                and (hidden is None or Path(os.path.realpath(parent), each) != hidden)
            )
            yield from (
                path
                for path in (Path(parent, name) for name in sorted(files))
                if not path.name.startswith(".") and path.suffix.lower() in SUFFIXES
                if path.is_file() or path.is_symlink()  # a broken link is told, a pipe is no file
            )

    def _output_inside(self, folder: Path) -> Path | None:
        """The output folder's real path, if it lies in `folder` and isn't the same."""
        if self.output is None:
            return None
        output, root = (Path(os.path.realpath(each)) for each in (self.output, folder))
        return output if output != root and output.is_relative_to(root) else None

    def _take(self, found: Found) -> None:
        where = place(found.path)
        if where not in self._seen:
            self._seen.add(where)
            self.found.append(found)

    def _fail(self, name: object, message: str) -> None:
        self.problems.append(Problem(shown(name), message))


def _fixed_part(pattern: str) -> Path:
    """The folder before the first part that has a magic character."""
    path = Path(pattern)
    for index, part in enumerate(path.parts[:-1]):
        if has_magic(part):
            return Path(*path.parts[:index])
    return path.parent
