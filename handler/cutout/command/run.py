"""Run the command: plan the tasks, process them in parallel, and report."""

import os
from collections.abc import Sequence

from cutout.choices import Model
from cutout.command.arguments import Arguments
from cutout.command.errors import Problem, system_message
from cutout.command.history import History, made_with
from cutout.command.options import CommandOptions
from cutout.command.outputs import choose_destination
from cutout.command.places import require_places, require_working_directory
from cutout.command.planning import Chooser, Plan, make_plan
from cutout.command.processing import job_count, open_worker, process_all
from cutout.command.progress import Progress
from cutout.command.report import Report
from cutout.command.tasks import Task
from cutout.command.watch import Watcher, watch

NO_SUBJECT = 3
"""The exit code where nothing was found in a picture."""


def execute(given: Arguments) -> int:
    """Return 0 if all is done, 1 if something failed, 3 if a picture has no subject.

    1 takes precedence over 3. Raise `CommandError` if nothing can be done at all.
    """
    require_working_directory()
    to = choose_destination(given)
    require_places(given, to)
    options = CommandOptions.given(given, to.format)
    processing = options.processing_options
    report = Report(Progress(), quiet=given.quiet, verbose=given.verbose)
    history = History(
        made_with(processing) | _own_options(given),
        report.note,
        complete=bool(to.folder or given.report or given.review),
    )
    others = [] if options.background_file is None else [options.background_file]
    # no record tells which picture a named file was made from
    chooser = Chooser(history, others, given.force or to.file is not None, given.update)
    if given.watch:
        watch(options, given, Watcher(given, to, chooser, report), report)
    else:
        _run_once(options, given, make_plan(given, to, others), chooser, report)
    return exit_code(report)


def exit_code(report: Report) -> int:
    """Return 0 if all is done, 1 if something failed, 3 if a picture has no subject."""
    if report.failures:
        return 1
    return NO_SUBJECT if report.empty else 0


def _own_options(given: Arguments) -> dict[str, object]:
    """Return what a cut-out depends on beside the options of the API."""
    found: dict[str, object] = {}
    model = given.model or (os.environ.get("CUTOUT_MODEL") if given.url is None else None)
    if model and model != Model.AUTO:  # the default
        found["model"] = str(model)
    if given.mask is not None:
        found["mask"] = True
    return found


def _run_once(
    options: CommandOptions, given: Arguments, plan: Plan, chooser: Chooser, report: Report
) -> None:
    waiting = [each for each in plan.tasks if not chooser.keep(each, report)]
    report.left_out = plan.left_out
    report.progress.expect(waiting, with_bytes=given.url is not None)
    for problem in plan.problems:
        report.problem(problem)
    if given.dry_run:
        report.plan(_readable(waiting, report))
        return
    try:
        if waiting:
            _process(options, given, waiting, chooser.history, report)
        report.summary(ended=True)
    except KeyboardInterrupt:
        report.write_so_far(given.report)
        raise
    report.write(given.report)


def _readable(tasks: Sequence[Task], report: Report) -> list[Task]:
    """Return the tasks whose pictures are there. Report dead links as failures."""
    found = []
    for each in tasks:
        try:
            if each.source is not None:
                each.source.stat()
            found.append(each)
        except OSError as error:
            report.problem(Problem(each.name, system_message(error)))
    return found


def _process(
    options: CommandOptions,
    given: Arguments,
    tasks: Sequence[Task],
    history: History,
    report: Report,
) -> None:
    jobs = min(len(tasks), job_count(given))
    try:
        with report.running(), open_worker(options, given, jobs, report) as worker:
            report.progress.begin()
            process_all(tasks, worker, jobs, report, history)
    except KeyboardInterrupt:
        report.summary(ended=False)
        raise
