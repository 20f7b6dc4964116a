"""Watch the inputs, and process pictures that are added or changed."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from glob import has_magic
from math import inf
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
from cutout.command.report import Report
from cutout.command.tasks import Task

POLL_SECONDS = 1.0
"""Minimum seconds between two polls of the inputs. A picture with the same time and size in both is
complete."""
IDLE_SHARE = 10
"""Minimum ratio of the time between two polls to the duration of a poll, for large trees."""
RETRY_SECONDS = (10.0, 30.0, 120.0, 600.0, 1800.0)
"""Pauses before a failed picture is tried again. The cause may pass: a file that is locked or half
copied, a network drive that is away, an API that restarts."""
WATCHING = "Watching. Stop with Ctrl-C."

Stamp: TypeAlias = tuple[tuple[int, int], ...]
"""Modification time in nanoseconds and size in bytes, of the picture and its mask."""


@dataclass
class Watcher:
    """Find the pictures that are new or changed.

    Polling works on every file system, network drives included.
    """

    given: Arguments
    to: Destination
    chooser: Chooser
    report: Report
    clock: Callable[[], float] = monotonic
    _seen: dict[Path, Stamp] = field(default_factory=dict)
    """The stamp of each picture at the last poll."""
    _handled: dict[Path, Stamp] = field(default_factory=dict)
    """The stamps of the pictures that are processed or kept."""
    _failures: Counter[Path] = field(default_factory=Counter)
    """How many times these pictures, as they are now, have failed."""
    _due: dict[Path, float] = field(default_factory=dict)
    """When failed pictures are tried again, on the clock."""
    _kept: dict[Path, Path] = field(default_factory=dict)
    """The cut-outs of these pictures. They stay theirs when a picture of the same name comes."""
    _told: set[Problem] = field(default_factory=set)

    def require_input(self) -> None:
        """Raise `CommandError` if no input exists and none can appear, as after a typing error."""
        files = [each for each in self.given.inputs if not is_address(each)]
        if not any(os.path.lexists(each) or has_magic(each) for each in files):
            raise CommandError("nothing to watch: no such file or folder")

    def poll(self) -> list[Task]:
        """Return the tasks of pictures that are complete and not up to date, or due again.

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
        source, target, stamp = task.source, task.target, _stamp(task)
        if source is None or target is None or stamp is None:
            return False
        self._seen[source] = stamp
        if before.get(source) != stamp:
            return False
        handled = self._handled.get(source)
        if stamp == handled:
            return self.clock() >= self._due.get(source, inf)
        self._handled[source], self._kept[source] = stamp, target
        del self._failures[source]
        self.report.drop(task.name)
        return handled is not None or not self.chooser.keep(task, self.report)

    def plan_retries(self, tasks: Sequence[Task]) -> None:
        """Decide when to try those of the processed pictures again that failed."""
        for task in tasks:
            if task.source is None:
                continue
            self._due.pop(task.source, None)
            number = self._failures[task.source]
            if self.report.has_failed(task.name) and number < len(RETRY_SECONDS):
                self._due[task.source] = self.clock() + RETRY_SECONDS[number]
                self._failures[task.source] += 1


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
                    watcher.plan_retries(tasks)
                    report.write_so_far(given.report)
                sleep(pause)
    except KeyboardInterrupt:
        ended = report.progress.ended == report.progress.total
        report.summary(ended=ended, timed=False)
        if not ended:
            report.write_so_far(given.report)
            raise
        report.write(given.report)


def _stamp(task: Task) -> Stamp | None:
    """Return the time and size of the picture and its mask, None if they can't be read now."""
    try:
        found = [each.stat() for each in (task.source, task.mask) if each is not None]
    except OSError:
        return None
    return tuple((each.st_mtime_ns, each.st_size) for each in found)
