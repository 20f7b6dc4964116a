"""Plan a run: which pictures are found, where their cut-outs go, and which are up to date."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cutout.command.arguments import STANDARD, Arguments
from cutout.command.errors import Problem, printable
from cutout.command.history import History
from cutout.command.inputs import InputFinder, is_link, path_key, real_path
from cutout.command.masks import with_masks
from cutout.command.outputs import Destination
from cutout.command.records import FINE_OR_UNKNOWN, KEPT, Record
from cutout.command.report import Report
from cutout.command.spelling import Spellings
from cutout.command.tasks import (
    Task,
    file_size,
    plan_file,
    plan_folder,
    put_apart,
    read_picture,
    without_cut_outs,
)


@dataclass
class Plan:
    """Hold the tasks, the problems, and the number of skipped files of each kind."""

    tasks: list[Task]
    problems: list[Problem] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def make_plan(
    given: Arguments,
    to: Destination,
    others: Sequence[Path],
    kept: Mapping[Path, Path] | None = None,
) -> Plan:
    """Return the plan for all pictures that the inputs name now.

    `others` are further files that the cut-outs are made of; none is a picture unless it is the
    only one. `kept` maps pictures to the cut-outs of an earlier plan, which stay theirs. Raise
    `UsageError` if the mask is a file for several pictures.
    """
    plan = _plan_pictures(given, to, kept or {})
    pictures = _without(plan.tasks, others)
    if pictures or given.watch:
        plan.tasks = pictures
    originals = [each.source for each in plan.tasks if each.source is not None]
    if given.mask is not None:
        plan.tasks, maskless = with_masks(plan.tasks, Path(given.mask))
        plan.problems.extend(maskless)
        originals += [each.mask for each in plan.tasks if each.mask is not None]
    plan.tasks, clashes = _without_clashes(plan.tasks, [*originals, *others])
    plan.problems.extend(clashes)
    return plan


def _without(tasks: Iterable[Task], others: Iterable[Path]) -> list[Task]:
    """Return the tasks without those of `others`, such as a background among the pictures."""
    keys = {path_key(each) for each in others}
    return [each for each in tasks if each.source is None or path_key(each.source) not in keys]


def _plan_pictures(given: Arguments, to: Destination, kept: Mapping[Path, Path]) -> Plan:
    if STANDARD in given.inputs:
        content = b"" if given.dry_run else read_picture(sys.stdin.buffer)
        return Plan([Task(STANDARD, None, to.file, content)])
    review = None if given.review is None else Path(given.review)
    finder = InputFinder([each for each in (to.folder, review) if each], may_be_empty=given.watch)
    finder.add(given.inputs)
    if to.standard:
        tasks = [Task(printable(each.path), each.path) for each in finder.found]
        return Plan(tasks, finder.problems, _by_kind(finder.left_out, finder.linked))
    if to.file is not None:
        tasks = plan_file(finder.found, to.file)
    else:
        tasks = plan_folder(finder.found, to.folder, f".{to.format}", kept)
    if review is not None:
        tasks = [put_apart(each, review, to.folder) for each in tasks]
    left_out = without_cut_outs(finder.left_out, finder.found, to.folder)
    return Plan(tasks, finder.problems, _by_kind(left_out, finder.linked))


def _without_clashes(
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
            problems.append(_clash(task, place, owners.get(key)))
    return kept, problems


def _keys(original: Path) -> set[str]:
    """Return the key of a file and, if it is a link, of the file that it leads to."""
    if is_link(original):
        return {path_key(original), path_key(real_path(original))}
    return {path_key(original)}


def _clash(task: Task, place: Path, owner: Task | None) -> Problem:
    message = f"Its cut-out would overwrite {printable(place)}"
    if owner is not None:
        message += f", the cut-out of {owner.name}"
    return Problem(task.name, f"{message}.")


def _by_kind(files: Iterable[Path], linked: Iterable[Path]) -> Counter[str]:
    """Count the files by their suffix in lower case, and name each linked folder."""
    kinds = Counter(each.suffix.lower() or "no suffix" for each in files)
    kinds.update(f"linked folder {each}" for each in linked)
    return kinds


@dataclass(frozen=True)
class Chooser:
    """Decide which cut-outs are kept.

    `others` are further files that the cut-outs are made of.
    """

    history: History
    others: Sequence[Path] = ()
    force: bool = False
    update: bool = False

    def keeps(self, task: Task) -> bool:
        """Return whether the cut-out is up to date and, if doubtful, in the review folder."""
        if self.force or not task.is_done(self.others) or self._is_of_other_sources(task):
            return False
        if self._needs_review_move(task):
            return False
        return not (self.update and self.is_outdated(task))

    def keep(self, task: Task, report: Report) -> bool:
        """Return whether the cut-out is up to date, and report it then."""
        if not self.keeps(task):
            return False
        place = task.newest()
        if place is not None and task.source is not None:
            doubt = self.history.doubt(place, task.source)
            report.keep(Record(task.name, KEPT, printable(place), None, file_size(place), *doubt))
        report.outdated += self.is_outdated(task)
        return True

    def is_outdated(self, task: Task) -> bool:
        """Return whether the existing cut-out was made with other options."""
        return self.history.differs(task.places)

    def _is_of_other_sources(self, task: Task) -> bool:
        """Return whether the existing cut-out was made of other files of the same names."""
        place = task.newest()
        return place is not None and self.history.is_of_other_sources(place, task.source_sizes())

    def _needs_review_move(self, task: Task) -> bool:
        """Return whether a doubtful cut-out is where only the others belong.

        An earlier run without a folder for a review left it there.
        """
        source, target = task.source, task.target
        if source is None or target is None or task.review is None or task.newest() != target:
            return False
        quality, *_ = self.history.doubt(target, source)
        return quality not in FINE_OR_UNKNOWN
