"""Find the pictures that the command line names: files, folders and patterns."""

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from glob import escape, glob, has_magic
from pathlib import Path
from stat import S_ISREG

from cutout.command.errors import Problem, printable, system_message, without_password
from cutout.command.spelling import Spellings, folded

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"})
"""Suffixes of the pictures in a folder. A file that is named itself may have any suffix."""
NO_PICTURES = "There is no JPEG, PNG or WebP file in it."
NO_MATCH = "No file matches it."
MISSING = "No such file or folder."
NOT_DOWNLOADED = "This is an address, not a file. Download the picture, then name its file."
BETTER = {
    "file:": "This is an address, not a path. Leave out file://",
    "s3:": "This is an address, not a file. For the pictures of a bucket, use cutout batch.",
}
"""Advice for addresses with these schemes. Others must be downloaded first."""
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://|data:", re.IGNORECASE)
ANY_DEPTH = "**"
NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL})
"""Errors of a path that leads to nothing; Windows has the last for names that no file can have."""
CASE_BLIND = frozenset({"darwin"})
"""Systems whose disks usually take names that differ in case, or in how an accent is written, for
one name, which `os.path.normcase` does not know."""


@dataclass(frozen=True)
class InputFile:
    """Locate a picture's file; `below` is its folder relative to the output folder."""

    path: Path
    below: Path = Path()


@dataclass
class InputFinder:
    """Collect the pictures, each file once and in order, and the problems found on the way.

    `outputs` are the folders for the cut-outs. They are skipped where they lie inside a searched
    folder. `may_be_empty` says that a folder or a pattern without pictures is no problem.
    """

    outputs: Sequence[Path] = ()
    may_be_empty: bool = False
    found: list[InputFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)
    """Files in folders that are not JPEG, PNG or WebP."""
    linked: list[Path] = field(default_factory=list)
    """Linked folders in folders, which are not entered because they may lead round in circles."""
    _seen: set[str] = field(default_factory=set)

    def add(self, inputs: Iterable[str]) -> None:
        """Add files, folders and patterns.

        With several folders, each keeps its name below the output folder, with as many of its
        parents as it takes to tell it from the others; the contents of a single one go directly
        into it.
        """
        named = list(inputs)
        names = _distinct_names([each for each in named if is_folder(each)])
        for each in named:
            if each in names:
                self._add_folder(Path(each), names[each] if len(names) > 1 else Path())
            elif os.path.lexists(each):
                self._take(InputFile(Path(each)))
            elif is_address(each):
                scheme = each.lower().partition("//")[0]
                self._fail(without_password(each), BETTER.get(scheme, NOT_DOWNLOADED))
            elif has_magic(each):
                self._add_pattern(each)
            else:
                self._fail(each, _why_missing(each))

    def _add_pattern(self, pattern: str) -> None:
        """Expand a pattern as a shell does. `**` stands for folders at any depth."""
        root = fixed_part(pattern)
        hidden = self._outputs_inside(root)
        matched = False
        for path in self._matches(pattern):
            if hidden.holds(os.path.realpath(path)):
                continue
            if is_folder(path) and _takes_contents(pattern):
                continue
            matched = True
            if is_folder(path):
                self._add_folder(path, path.relative_to(root))
            else:
                self._take(InputFile(path, path.relative_to(root).parent))
        if not matched and not self.may_be_empty:
            self._fail(pattern, NO_MATCH)

    def _matches(self, pattern: str) -> list[Path]:
        """Return what matches a pattern; `**` enters no linked folder, as those may be endless."""
        parts = Path(pattern).parts
        if ANY_DEPTH not in parts:
            return [Path(each) for each in sorted(glob(pattern))]  # noqa: PTH207  # takes `/a/*` and `a/../*` as well
        at = parts.index(ANY_DEPTH)
        starts = self._matches(str(Path(*parts[:at]))) if at else [Path()]
        rest = parts[at + 1 :] or ("*",)
        found = set()
        for start in starts:
            for folder in self._tree(start):
                found.update(self._matches(str(Path(escape(str(folder)), *rest))))
        return sorted(found)

    def _tree(self, top: Path) -> Iterator[Path]:
        """Yield a folder and all below it, without hidden and linked ones."""
        if not is_folder(top):
            return
        for parent, folders, _ in os.walk(top, onerror=self._fail_to_read):
            folders[:] = self._entered(parent, folders)
            yield Path(parent)

    def _add_folder(self, folder: Path, below: Path) -> None:
        problems = len(self.problems)
        pictures = list(self._pictures(folder))
        if not pictures and problems == len(self.problems) and not self.may_be_empty:
            self._fail(folder, NO_PICTURES)
        for path in pictures:
            self._take(InputFile(path, below / path.relative_to(folder).parent))

    def _pictures(self, folder: Path) -> Iterator[Path]:
        """Yield the pictures in a folder tree, without hidden files and the output folders."""
        for parent, folders, files in os.walk(folder, onerror=self._fail_to_read):
            folders[:] = self._entered(parent, folders)
            for path in (Path(parent, name) for name in sorted(files)):
                if path.name.startswith(".") or not _may_be_file(path):
                    continue  # hidden files and pipes
                if path.suffix.lower() in SUFFIXES:
                    yield path
                else:
                    self.left_out.append(path)

    def _entered(self, parent: str, folders: Iterable[str]) -> list[str]:
        """Return which folders of a parent to search. Note those that are linked."""
        outputs = Spellings(map(os.path.realpath, self.outputs))
        entered = []
        for path in (Path(parent, each) for each in sorted(folders)):
            if path.name.startswith(".") or outputs.find(os.path.realpath(path)) is not None:
                continue
            if not is_link(path):
                entered.append(path.name)
            elif path not in self.linked:
                self.linked.append(path)
        return entered

    def _outputs_inside(self, folder: Path) -> Spellings:
        """Return the real paths of the output folders that lie below `folder`."""
        root = Spellings([os.path.realpath(folder)])
        outputs = map(os.path.realpath, self.outputs)
        return Spellings(each for each in outputs if root.holds(os.path.dirname(each)))  # noqa: PTH120

    def _take(self, found: InputFile) -> None:
        key = path_key(found.path)
        if key not in self._seen:
            self._seen.add(key)
            self.found.append(found)

    def _fail_to_read(self, error: OSError) -> None:
        """Add the problem of a folder, once: a pattern may lead through it again and again."""
        problem = Problem(printable(error.filename), system_message(error))
        if problem not in self.problems:
            self.problems.append(problem)

    def _fail(self, name: object, message: str) -> None:
        self.problems.append(Problem(printable(name), message))


def is_there(path: Path) -> bool:
    """Return whether a path leads to something. Raise `OSError` if it can't be examined.

    `Path.exists` returns False for the latter since Python 3.14.
    """
    try:
        path.stat()
    except OSError as error:
        if error.errno in NOWHERE:
            return False
        raise
    return True


def is_folder(path: str | Path) -> bool:
    """Return whether a path leads to a folder, False if the path can't be examined."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def is_link(path: Path) -> bool:
    """Return whether a path is a symbolic link, False if it can't be examined."""
    return os.path.islink(path)  # noqa: PTH114  # Path.is_symlink raises


def _may_be_file(path: Path) -> bool:
    """Return whether a path leads to a file, or nowhere, which is reported when it is opened."""
    try:
        return S_ISREG(path.stat().st_mode)
    except OSError as error:
        return error.errno not in NOWHERE or is_link(path)


def _why_missing(name: str) -> str:
    """Return why nothing is found by a name: other causes are a name too long, or permissions."""
    try:
        os.lstat(name)
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return system_message(error)
    except ValueError:  # a name that no file can have
        return MISSING
    return MISSING


def is_address(name: str) -> bool:
    """Return whether a name without a file is an address, such as https://example.com/a.jpg."""
    return ADDRESS.match(name) is not None and not os.path.lexists(name)


def _distinct_names(folders: Sequence[str]) -> dict[str, Path]:
    """Return for each folder the shortest end of its path that none of the others has."""
    parts = {each: Path(os.path.abspath(each)).parts[1:] for each in folders}  # noqa: PTH100  # without `..`
    names = {}
    for each, own in parts.items():
        others = [other for other in parts.values() if other != own]
        lengths = range(1, len(own))
        length = next((n for n in lengths if all(o[-n:] != own[-n:] for o in others)), len(own))
        names[each] = Path(*own[len(own) - length :])
    return names


def path_key(path: Path) -> str:
    """Return a text that is equal for two paths of one file, however their folders are spelled.

    Linked folders are resolved. A symbolic link to a file counts as a separate file, because it has
    its own name.
    """
    return _folded(resolved(path))


def resolved(path: Path) -> str:
    """Return the absolute path of a file, with linked folders resolved."""
    # called several times for each file: `Path` takes three times as long
    folder, name = os.path.split(path)
    real = _real_folder(os.path.join(os.getcwd(), folder))  # noqa: PTH109, PTH118
    return os.path.normcase(os.path.join(real, name))  # noqa: PTH118


def _folded(path: str) -> str:
    """Return a text that is equal for all spellings of a path that this system takes for one."""
    return folded(path) if sys.platform in CASE_BLIND else path


def real_path(path: Path) -> Path:
    """Return a path without links; of links that lead round in circles, the path itself.

    `Path.resolve` raises `RuntimeError` for these before Python 3.13.
    """
    return Path(os.path.realpath(path))


_real_folder = lru_cache(maxsize=1024)(os.path.realpath)


def _takes_contents(pattern: str) -> bool:
    """Return whether a pattern that matches a folder matches all of its contents as well."""
    parts = Path(pattern).parts
    return ANY_DEPTH in parts and parts[-1] in {"*", ANY_DEPTH}


def fixed_part(pattern: str) -> Path:
    """Return the folder before the first part of the pattern that has a magic character."""
    path = Path(pattern)
    for index, part in enumerate(path.parts[:-1]):
        if has_magic(part):
            return Path(*path.parts[:index])
    return path.parent
