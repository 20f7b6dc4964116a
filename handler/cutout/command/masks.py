"""Find the mask of each picture: one file, or files in a folder that are named as the pictures."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cutout.command.errors import Problem, UsageError, printable
from cutout.command.inputs import MISSING, is_folder, path_key, real_path
from cutout.command.tasks import Task

SUFFIXES = (".png", ".webp", ".jpg", ".jpeg")
"""Suffixes of masks in a folder; of several masks with one name, the first in this order counts."""


def with_masks(tasks: Sequence[Task], mask: Path) -> tuple[list[Task], list[Problem]]:
    """Return the tasks with their masks, and a problem for each picture without one.

    `mask` is the mask of a single picture, or a folder. A file that is the mask of another picture
    is not cut out itself. Raise `UsageError` if `mask` is one file for several pictures.
    """
    if is_folder(mask):
        return _from_folder(tasks, mask)
    if not os.path.exists(mask):  # noqa: PTH110  # it is gone since the start of --watch
        return [], [Problem(each.name, f"{printable(mask)}: {MISSING}") for each in tasks]
    own = path_key(mask)
    others = [each for each in tasks if each.source is None or path_key(each.source) != own]
    pictures = others or tasks
    if len(pictures) > 1:
        raise one_for_several(mask)
    return [replace(each, mask=mask) for each in pictures], []


def one_for_several(mask: Path) -> UsageError:
    """Return the error for a single mask of several pictures."""
    return UsageError(
        "--mask needs a folder for several pictures, with masks named like the pictures: "
        f"{printable(mask)}"
    )


def _from_folder(tasks: Sequence[Task], folder: Path) -> tuple[list[Task], list[Problem]]:
    root = real_path(folder)
    found, problems = [], []
    owners: dict[str, Task] = {}

    def may_be_mask(task: Task) -> bool:
        return task.source is not None and real_path(task.source).is_relative_to(root)

    for task in sorted(tasks, key=may_be_mask):  # first those that are surely pictures
        if task.source is not None and path_key(task.source) in owners:
            continue
        mask = next(_candidates(task, folder), None)
        if mask is None:
            problems.append(Problem(task.name, f"There is no mask for it in {printable(folder)}."))
            continue
        owner = owners.setdefault(path_key(mask), task)
        if owner is task:
            found.append(replace(task, mask=mask))
        else:
            message = f"Its mask {printable(mask)} already belongs to {owner.name}."
            problems.append(Problem(task.name, message))
    return found, problems


def _candidates(task: Task, folder: Path) -> Iterator[Path]:
    """Yield the masks that exist: in the picture's subfolder first, then in folders above it."""
    if task.source is None:
        return
    parts = task.source.absolute().with_suffix("").parts[1:]
    for start in range(len(parts)):
        below = folder.joinpath(*parts[start:])
        for suffix in SUFFIXES:
            path = below.with_name(below.name + suffix)
            if _is_file(path) and path_key(path) != path_key(task.source):
                yield path


def _is_file(path: Path) -> bool:
    """Return whether a path leads to a file, False if it can't be examined or is too long."""
    return os.path.isfile(path)  # noqa: PTH113  # Path.is_file raises
