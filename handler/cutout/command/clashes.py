"""Keep cut-outs from overwriting their sources and each other."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cutout.command.errors import Problem, printable
from cutout.command.inputs import is_link, path_key, real_path
from cutout.command.spelling import Spellings
from cutout.command.tasks import Task


def without_clashes(
    tasks: Sequence[Task], originals: Iterable[Path]
) -> tuple[list[Task], list[Problem]]:
    """Return the tasks that overwrite nothing, and a problem for each of the others.

    `originals` are the pictures, masks and backgrounds, which no cut-out may replace. Paths in the
    review folder count as well.
    """
    kept, problems = [], []
    taken = Spellings(key for each in originals for key in _keys(each))
    owners: dict[str, Task] = {}
    for task in tasks:
        keys = {path_key(each): each for each in task.places}
        found = ((place, taken.find(key)) for key, place in keys.items())
        clash = next(((place, key) for place, key in found if key is not None), None)
        if clash is None:
            owners.update(dict.fromkeys(keys, task))
            taken.add(keys)
            kept.append(task)
        else:
            place, key = clash
            problems.append(_problem(task, place, owners.get(key)))
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
