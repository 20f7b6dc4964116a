"""Plan the tasks: one per picture, with the place of its cut-out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from cutout.command.errors import TaskError, printable, system_message
from cutout.command.inputs import InputFile, path_key
from cutout.options import Source

PICTURES = frozenset({"jpg", "png", "webp"})
CUTOUT_SUFFIX = "-cutout"
"""Added to the name of a cut-out in the same folder as its picture."""


@dataclass(frozen=True)
class Task:
    """Describe a picture to cut out.

    Without a `source` the picture is `content`, read from standard input; without a `target` the
    cut-out goes to standard output.
    """

    name: str
    source: Path | None = None
    target: Path | None = None
    content: bytes = field(default=b"", repr=False)
    review: Path | None = None
    """The path that an unsure or empty cut-out gets instead of `target`."""
    mask: Path | None = None
    """The mask to cut out by."""

    @property
    def doubtful_target(self) -> Path | None:
        """Return the file for a doubtful cut-out."""
        return self.review or self.target

    @property
    def places(self) -> list[Path]:
        """Return the files that may hold the cut-out."""
        return [each for each in (self.target, self.review) if each is not None]

    def newest(self) -> Path | None:
        """Return the newest file of the cut-out, None if there is none."""
        times = {each: _modified(each) for each in self.places}
        there = {each: time for each, time in times.items() if time is not None}
        return max(there, key=lambda each: there[each], default=None)

    def open(self) -> BinaryIO:
        """Open the picture. Raise `OSError` if it cannot be read."""
        return BytesIO(self.content) if self.source is None else self.source.open("rb")

    def read(self) -> bytes:
        """Return the picture as `read_picture` does. Raise `OSError` if it cannot be read."""
        with self.open() as file:
            return read_picture(file)

    def reopenable(self) -> "Task":
        """Return the task; one of a pipe, which can be read only once, with its content.

        Raise `OSError` if a pipe cannot be read.
        """
        if self.source is None or S_ISREG(self.source.stat().st_mode):
            return self
        return replace(self, source=None, content=self.read())

    def size(self) -> int:
        """Return the picture's size in bytes, 0 if it is unknown."""
        return len(self.content) if self.source is None else file_size(self.source)

    def source_sizes(self) -> dict[str, int]:
        """Return the sizes in bytes of the picture and the mask, if these are files."""
        files = {"picture": self.source, "mask": self.mask}
        return {role: file_size(each) for role, each in files.items() if each is not None}

    def read_mask(self) -> Source | None:
        """Return the mask's file, None if there is none. Raise `TaskError` if it is unreadable."""
        if self.mask is None:
            return None
        try:
            return Source(self.mask.read_bytes(), self.mask.name)
        except OSError as error:
            raise TaskError(f"{printable(self.mask)}: {system_message(error)}") from error

    def is_done(self, others: Sequence[Path]) -> bool:
        """Return whether the cut-out exists and is no older than its picture and the `others`.

        `others` are further files that the cut-out is made of.
        """
        if self.source is None:
            return False
        try:
            own = [self.source] if self.mask is None else [self.source, self.mask]
            newest = max(each.stat().st_mtime_ns for each in (*own, *others))
        except OSError:
            return False
        times = (_modified(each) for each in self.places)
        return any(each is not None and each >= newest for each in times)


def read_picture(file: BinaryIO) -> bytes:
    """Return a picture's file; of one of another type only the first bytes, which tell its type."""
    from cutout.decode.kinds import TEXT_BYTES, kind_of  # noqa: PLC0415  # slow to import

    head = file.read(TEXT_BYTES)
    return head + file.read() if kind_of(head) in PICTURES else head


def file_size(path: Path) -> int:
    """Return a file's size in bytes, 0 if it is unknown."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _modified(path: Path) -> int | None:
    """Return a cut-out's modification time in nanoseconds, None if there is none.

    An empty file is none: a power failure may leave one in place of what was written last.
    """
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns if found.st_size else None


def put_apart(task: Task, folder: Path, output: Path | None) -> Task:
    """Return the task with a place in the folder for doubtful cut-outs.

    The path below that folder is the same as below the output folder. Without an output folder, it
    is the target's path below the working directory or the root.
    """
    if task.target is None:
        return task
    target = task.target
    below = target.relative_to(output) if output is not None else _below_root(target)
    return replace(task, review=folder / below)


def _below_root(path: Path) -> Path:
    """Return a path that names the file within any folder, so that none of two files collide."""
    whole = path.absolute()
    common = Path.cwd()
    return whole.relative_to(common if whole.is_relative_to(common) else whole.anchor)


def plan_folder(
    found: Sequence[InputFile], output: Path | None, suffix: str, kept: Mapping[Path, Path]
) -> list[Task]:
    """Return tasks that write to the folder `output`, or to each picture's folder without one.

    Skip files that are themselves the cut-out of a picture beside them. `kept` maps pictures to the
    cut-outs that they keep.
    """
    homes = {each: _Home(each, output) for each in found}
    made = _made_beside(homes.values())
    written = set(map(path_key, kept.values()))
    pictures = [
        each
        for each in found
        if path_key(each.path) not in written and not _is_cut_out(each.path, made)
    ]
    pictures.sort(key=lambda each: each.path not in kept)  # first those that keep their cut-outs

    def usual(each: InputFile) -> Path:
        return homes[each].path(suffix)

    taken = Counter(map(path_key, kept.values()))
    taken.update(path_key(usual(each)) for each in pictures)

    def target(each: InputFile) -> Path:
        """Return the target; keep the picture's suffix if pictures differ in nothing else."""
        if each.path in kept:
            return kept[each.path]
        if taken[path_key(usual(each))] == 1:
            return usual(each)
        return homes[each].path(suffix, full_name=True)

    return [_task(each, target(each)) for each in pictures]


def without_cut_outs(
    files: Sequence[Path], found: Iterable[InputFile], output: Path | None
) -> list[Path]:
    """Return the files without those that are themselves the cut-out of a picture beside them."""
    if not files:
        return []
    made = _made_beside(_Home(each, output) for each in found)
    return [each for each in files if not _is_cut_out(each, made)]


def plan_file(found: Sequence[InputFile], target: Path) -> list[Task]:
    """Return the task of a picture whose cut-out goes to the file `target`."""
    return [_task(each, target) for each in found]


def _task(found: InputFile, target: Path) -> Task:
    return Task(printable(found.path), found.path, target)


@dataclass(frozen=True)
class _Home:
    """Choose the folder and name for the cut-out of one picture."""

    found: InputFile
    output: Path | None

    @property
    def folder(self) -> Path:
        if self.output is None:
            return self.found.path.parent
        return self.output / self.found.below

    @property
    def beside(self) -> bool:
        """Return whether the cut-out is in the picture's own folder."""
        return path_key(self.folder / self.found.path.name) == path_key(self.found.path)

    def path(self, suffix: str, *, full_name: bool = False) -> Path:
        """Return the cut-out's path, named after the picture with or without its own suffix."""
        stem = self.found.path.name if full_name else self.found.path.stem
        return self.folder / f"{stem}{CUTOUT_SUFFIX if self.beside else ''}{suffix}"


def _made_beside(homes: Iterable[_Home]) -> set[str]:
    """Return the keys, without a suffix, of the cut-outs that lie beside their pictures."""
    return {
        path_key(home.path("", full_name=full))
        for home in homes
        if home.beside
        for full in (False, True)
    }


def _is_cut_out(path: Path, made: set[str]) -> bool:
    return path_key(path.with_suffix("")) in made
