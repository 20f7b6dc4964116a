"""Keep cut-outs from overwriting their sources and each other."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cutout.command.errors import Problem, printable
from cutout.command.inputs import is_link, path_key, real_path
from cutout.command.tasks import Task


def without_clashes(
    tasks: Sequence[Task], originals: Iterable[Path]
) -> tuple[list[Task], list[Problem]]:
    """Return the tasks that overwrite nothing, and a problem for each of the others.

    `originals` are the pictures, masks and backgrounds, which no cut-out may replace. Paths in the
    review folder count as well.
    """
    kept, problems = [], []
    protected = {key for each in originals for key in _keys(each)}
    owners: dict[str, Task] = {}
    for task in tasks:
        keys = {path_key(each): each for each in task.places}
        clash = next((keys[key] for key in keys if key in protected or key in owners), None)
        if clash is None:
            owners.update(dict.fromkeys(keys, task))
            kept.append(task)
        else:
            problems.append(_problem(task, clash, owners.get(path_key(clash))))
    return kept, problems


def _keys(original: Path) -> set[str]:
    """Return the key of a file and, if it is a link, of the file that it leads to."""
    if is_link(original):
        return {path_key(original), path_key(real_path(original))}
    return {path_key(original)}


def _problem(task: Task, place: Path, owner: Task | None) -> Problem:
    message = f"Its cut-out would overwrite {printable(place)}"
    if owner is not None:
        message += f", the cut-out of {owner.name}"
    return Problem(task.name, f"{message}.")
