"""From arguments to cut-outs: what is to be done, by how many at once, and what came of it."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from time import monotonic

from cutout.command.arguments import STANDARD, Arguments
from cutout.command.destination import Destination, destination
from cutout.command.errors import Problem, TaskError, cause, shown
from cutout.command.inputs import Discovery
from cutout.command.options import Wishes
from cutout.command.outputs import Outputs
from cutout.command.report import Report
from cutout.command.tally import Tally
from cutout.command.tasks import Task, plan, plan_to
from cutout.command.worker import Worker, local_worker, remote_worker
from cutout.errors import PictureError, ProcessingFailedError
from cutout.settings import visible_processors

REMOTE_JOBS = 4
LOCAL_JOBS = 4
"""At most, unless more are asked for: each is a process of some 650 MB."""


def execute(given: Arguments) -> int:
    """The exit code. Raises `CommandError` where nothing can be done at all."""
    to = destination(given)
    wishes = Wishes(given.mode, to.format, given.background, given.crop)
    wishes.check()
    tasks, problems = _tasks(given, to)
    parts = [] if wishes.background_file is None else [wishes.background_file]
    waiting = [task for task in tasks if given.force or not task.is_done(parts)]
    tally = Tally(len(waiting), sum(map(Task.size, waiting)) if given.url else 0)
    report = Report(tally, len(tasks) - len(waiting), quiet=given.quiet, verbose=given.verbose)
    for problem in problems:
        report.problem(problem)
    if waiting:
        _work(wishes, given, waiting, report)
    report.summary(ended=True)
    return 1 if report.failures else 0


def _tasks(given: Arguments, to: Destination) -> tuple[list[Task], list[Problem]]:
    if STANDARD in given.inputs:
        return [Task(STANDARD, None, to.file, sys.stdin.buffer.read())], []
    discovery = Discovery(to.folder)
    discovery.add(given.inputs)
    found = discovery.found
    if to.standard:
        return [Task(shown(each.path), each.path) for each in found], discovery.problems
    if to.file is not None:
        tasks, problems = plan_to(found, to.file)
    else:
        tasks, problems = plan(found, to.folder, f".{to.format}")
    return tasks, discovery.problems + problems


def _work(wishes: Wishes, given: Arguments, tasks: Sequence[Task], report: Report) -> None:
    jobs = _jobs(given, len(tasks))
    try:
        with report.running(), _worker(wishes, given, jobs, report.tally) as worker:
            report.tally.begin()
            _all(tasks, worker, jobs, report)
    except KeyboardInterrupt:
        report.summary(ended=False)
        raise


def _jobs(given: Arguments, count: int) -> int:
    """Two pictures by one thread each are done sooner than one after the other by two threads:
    while one is decoded or encoded, the other has the network."""
    usual = min(visible_processors(), LOCAL_JOBS) if given.url is None else REMOTE_JOBS
    return min(count, given.jobs or usual)


def _worker(
    wishes: Wishes, given: Arguments, jobs: int, tally: Tally
) -> AbstractContextManager[Worker]:
    if given.url is None:
        return local_worker(wishes, given, jobs, max(1, visible_processors() // jobs))
    return remote_worker(wishes, given, jobs, tally)


def _all(tasks: Sequence[Task], worker: Worker, jobs: int, report: Report) -> None:
    """Each picture is on one thread from its file to the other; no more are in memory than there
    are threads."""
    outputs, pool = Outputs(), ThreadPoolExecutor(jobs, "picture")
    try:
        for future in [pool.submit(_one, task, worker, outputs, report) for task in tasks]:
            future.result()
    except KeyboardInterrupt:
        report.silence()
        outputs.close()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _one(task: Task, worker: Worker, outputs: Outputs, report: Report) -> None:
    """One picture, whose failure is no other's."""
    start = monotonic()
    try:
        outputs.write(task.target, worker(task))
    except (TaskError, PictureError) as error:
        report.failed(task, str(error))
    except OSError as error:
        report.failed(task, cause(error))
    except MemoryError:
        report.failed(task, "There is not enough memory for it.")
    except Exception as error:  # noqa: BLE001  # of a fault of ours the other pictures know nothing
        report.failed(task, f"{ProcessingFailedError.message} ({type(error).__name__}).", error)
    else:
        report.done(task, monotonic() - start)
