"""Watch the inputs, and process pictures that are added or changed."""

import os
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path
from time import monotonic, sleep
from typing import TypeAlias

from cutout.command.arguments import Arguments
from cutout.command.errors import CommandError, Problem
from cutout.command.inputs import is_address
from cutout.command.options import CommandOptions
from cutout.command.outputs import Destination
from cutout.command.planning import Chooser, make_plan
from cutout.command.processing import job_count, open_worker, process_all
from cutout.command.records import write_records
from cutout.command.report import Report
from cutout.command.tasks import Task

POLL_SECONDS = 1.0
"""Minimum seconds between two polls of the inputs. A picture with the same time and size in both is
complete."""
IDLE_SHARE = 10
"""Minimum ratio of the time between two polls to the duration of a poll, for large trees."""
WATCHING = "Watching. Stop with Ctrl-C."

Stamp: TypeAlias = tuple[int, int]
"""Modification time in nanoseconds and size in bytes."""


@dataclass
class Watcher:
    """Find the pictures that are new or changed.

    Polling works on every file system, network drives included.
    """

    given: Arguments
    to: Destination
    chooser: Chooser
    report: Report
    _seen: dict[Path, Stamp] = field(default_factory=dict)
    """Time and size of each picture at the last poll."""
    _handled: dict[Path, Stamp] = field(default_factory=dict)
    """Time and size of the pictures that are processed or kept."""
    _kept: dict[Path, Path] = field(default_factory=dict)
    """The cut-outs of these pictures. They stay theirs when a picture of the same name comes."""
    _told: set[Problem] = field(default_factory=set)

    def require_input(self) -> None:
        """Raise `CommandError` if no input exists and none can appear, as after a typing error."""
        files = [each for each in self.given.inputs if not is_address(each)]
        if not any(os.path.lexists(each) or has_magic(each) for each in files):
            raise CommandError("nothing to watch: no such file or folder")

    def poll(self) -> list[Task]:
        """Return the tasks of pictures that are complete and not up to date.

        Report new problems, and forget those that are over.
        """
        plan = make_plan(self.given, self.to, self.chooser.others, self._kept)
        found = set(plan.problems)
        for problem in self._told - found:
            self.report.forget(problem)
        for problem in plan.problems:
            if problem not in self._told:
                self.report.problem(problem)
        self._told = found
        self.report.left_out = plan.left_out
        before, self._seen = self._seen, {}
        return [each for each in plan.tasks if self._is_ready(each, before)]

    def _is_ready(self, task: Task, before: dict[Path, Stamp]) -> bool:
        source, target = task.source, task.target
        stamp = None if source is None else _stamp(source)
        if source is None or target is None or stamp is None:
            return False
        self._seen[source] = stamp
        handled = self._handled.get(source)
        if stamp == handled or before.get(source) != stamp:
            return False
        self._handled[source], self._kept[source] = stamp, target
        return handled is not None or not self.chooser.keep(task, self.report)


def watch(options: CommandOptions, given: Arguments, watcher: Watcher, report: Report) -> None:
    """Process what the watcher finds until an interrupt, and print a summary then.

    Raise `KeyboardInterrupt` if it comes while pictures are being processed.
    """
    watcher.require_input()
    report.verbose = not given.quiet
    try:
        with open_worker(options, given, job_count(given), report) as worker:
            report.note(WATCHING)
            while True:
                start = monotonic()
                tasks = watcher.poll()
                pause = max(POLL_SECONDS, IDLE_SHARE * (monotonic() - start))
                if tasks:
                    report.progress.expect(tasks)
                    process_all(tasks, worker, job_count(given), report, watcher.chooser.history)
                    _write_report_so_far(given, report)
                sleep(pause)
    except KeyboardInterrupt:
        ended = report.progress.ended == report.progress.total
        report.summary(ended=ended, timed=False)
        write_report(given, report)
        if not ended:
            raise


def _write_report_so_far(given: Arguments, report: Report) -> None:
    """Write the report, or say why that fails: the next one may succeed."""
    try:
        write_report(given, report)
    except CommandError as error:
        report.note(str(error))


def write_report(given: Arguments, report: Report) -> None:
    """Write the report so far, if one is wanted. Raise `CommandError` if that fails."""
    if given.report is not None:
        write_records(Path(given.report), report.records.values())


def _stamp(path: Path) -> Stamp | None:
    """Return a file's time and size, None if it cannot be read now."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
