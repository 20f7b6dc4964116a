"""Where each cut-out goes: never over a picture that it is made of, nor over another cut-out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from cutout.command.errors import Problem, shown
from cutout.command.inputs import Found
from cutout.command.places import Place, place

BESIDE = "-cutout"
"""Is added to the name of a cut-out in the same folder as its picture."""


@dataclass(frozen=True)
class Task:
    """A picture to cut out. Without a `source` it is `content`, that of standard input; without a
    `target` it goes to standard output."""

    name: str
    source: Path | None = None
    target: Path | None = None
    content: bytes = field(default=b"", repr=False)

    def open(self) -> BinaryIO:
        """The picture's file; raises `OSError`."""
        return BytesIO(self.content) if self.source is None else self.source.open("rb")

    def size(self) -> int:
        """Bytes; 0 where the file can't be asked."""
        if self.source is None:
            return len(self.content)
        try:
            return self.source.stat().st_size
        except OSError:
            return 0

    def is_done(self, newer_than: Sequence[Path]) -> bool:
        """Whether the cut-out is there, and no older than the picture and what else it is made
        of."""
        if self.source is None or self.target is None:
            return False
        try:
            oldest = max(each.stat().st_mtime_ns for each in (self.source, *newer_than))
            return self.target.stat().st_mtime_ns >= oldest
        except OSError:
            return False


def plan(
    found: Sequence[Found], output: Path | None, suffix: str
) -> tuple[list[Task], list[Problem]]:
    """Tasks for pictures whose cut-outs go to the folder `output`, or stay beside them. What is
    itself such a cut-out, beside one of the pictures, is none of them."""
    homes = {each: _Home(each, output) for each in found}
    made = {place(home.path("")) for home in homes.values() if home.beside}
    pictures = [each for each in found if not _is_made(each.path, made)]

    def usual(each: Found) -> Path:
        return homes[each].path(suffix)

    taken = Counter(place(usual(each)) for each in pictures)

    def target(each: Found) -> Path:
        """Pictures that differ in their suffix alone keep it."""
        return (
            usual(each) if taken[place(usual(each))] == 1 else homes[each].path(suffix, whole=True)
        )

    return _checked(pictures, target)


def plan_to(found: Sequence[Found], target: Path) -> tuple[list[Task], list[Problem]]:
    """The task of a picture whose cut-out has a name."""
    return _checked(found, lambda _: target)


@dataclass(frozen=True)
class _Home:
    """Of one picture's cut-out."""

    found: Found
    output: Path | None

    @property
    def folder(self) -> Path:
        if self.output is None:
            return self.found.path.parent
        return self.output / self.found.below

    @property
    def beside(self) -> bool:
        return place(self.folder / self.found.path.name) == place(self.found.path)

    def path(self, suffix: str, *, whole: bool = False) -> Path:
        """With the picture's name, the `whole` of it or without its suffix."""
        stem = self.found.path.name if whole else self.found.path.stem
        return self.folder / f"{stem}{BESIDE if self.beside else ''}{suffix}"


def _is_made(path: Path, made: set[Place]) -> bool:
    return path.suffix.lower() in {".png", ".webp"} and place(path.with_suffix("")) in made


def _checked(
    pictures: Iterable[Found], target: Callable[[Found], Path]
) -> tuple[list[Task], list[Problem]]:
    tasks, problems = [], []
    owners: dict[Place, Path] = {place(each.path): each.path for each in pictures}
    for each in pictures:
        path = target(each)
        owner = owners.setdefault(place(path), each.path)
        if owner is each.path and place(path) != place(each.path):
            tasks.append(Task(shown(each.path), each.path, path))
            continue
        message = f"Its cut-out would overwrite {shown(path)}"
        if place(owner) != place(path):
            message += f", the one of {shown(owner)}"
        problems.append(Problem(shown(each.path), f"{message}."))
    return tasks, problems
