"""Run the command: plan the tasks, process them in parallel, and report."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TypeAlias

from cutout.command.arguments import STANDARD, Arguments
from cutout.command.errors import CommandError, Problem, TaskError, printable, system_message
from cutout.command.inputs import InputFinder
from cutout.command.masks import with_masks
from cutout.command.options import CommandOptions
from cutout.command.outputs import Destination, OutputWriter, choose_destination
from cutout.command.records import Made, write_records
from cutout.command.report import Progress, Report
from cutout.command.tasks import Task, plan_file, plan_folder, put_apart
from cutout.errors import PictureError, ProcessingFailedError
from cutout.setting_types import visible_processors

NO_SUBJECT = 3
"""The exit code where nothing was found in a picture."""
REMOTE_JOBS = 4
LOCAL_JOBS = 4
"""Default limit of pictures processed at once on this machine. Each is a process of some 650 MB."""

Worker: TypeAlias = Callable[[Task], Made]
"""Returns the file of a task's cut-out and its quality. Raises `TaskError`, `PictureError` or
`OSError`."""


def execute(given: Arguments) -> int:
    """Return 0 if all is done, 1 if something failed, 3 if a picture has no subject.

    1 takes precedence over 3. Raise `CommandError` if nothing can be done at all.
    """
    to = choose_destination(given)
    options = CommandOptions(given.mode, to.format, given.background, given.crop)
    options.check()
    tasks, problems, left_out = _plan(given, to)
    if given.mask is not None:
        tasks, maskless = with_masks(tasks, Path(given.mask))
        problems = problems + maskless
    others = [] if options.background_file is None else [options.background_file]
    waiting = [task for task in tasks if given.force or not task.is_done(others)]
    progress = Progress(len(waiting), sum(map(Task.size, waiting)) if given.url else 0)
    report = Report(progress, len(tasks) - len(waiting), quiet=given.quiet, verbose=given.verbose)
    report.left_out = left_out
    for problem in problems:
        report.problem(problem)
    if given.dry_run:
        report.plan(waiting)
        return 1 if report.failures else 0
    if waiting:
        _process(options, given, waiting, report)
    report.summary(ended=True)
    if given.report is not None:
        write_records(Path(given.report), report.records)
    if report.failures:
        return 1
    return NO_SUBJECT if report.empty else 0


def _plan(given: Arguments, to: Destination) -> tuple[list[Task], list[Problem], Counter[str]]:
    """Return the tasks, the problems, and how many files of which suffix are passed over."""
    if STANDARD in given.inputs:
        content = b"" if given.dry_run else sys.stdin.buffer.read()
        return [Task(STANDARD, None, to.file, content)], [], Counter()
    finder = InputFinder(to.folder)
    finder.add(given.inputs)
    if to.standard:
        tasks = [Task(printable(each.path), each.path) for each in finder.found]
        return tasks, finder.problems, finder.left_out
    if to.file is not None:
        tasks, problems = plan_file(finder.found, to.file)
    else:
        tasks, problems = plan_folder(finder.found, to.folder, f".{to.format}")
    if given.review is not None:
        tasks = [put_apart(each, Path(given.review), to.folder) for each in tasks]
    return tasks, finder.problems + problems, finder.left_out


def _process(
    options: CommandOptions, given: Arguments, tasks: Sequence[Task], report: Report
) -> None:
    jobs = _job_count(given, len(tasks))
    try:
        with report.running(), _worker(options, given, jobs, report.progress) as worker:
            report.progress.begin()
            _process_all(tasks, worker, jobs, report)
    except KeyboardInterrupt:
        report.summary(ended=False)
        raise


def _job_count(given: Arguments, count: int) -> int:
    """Return how many pictures to process at once.

    Two pictures with one thread each are faster than one after the other with two threads: while
    one is decoded or encoded, the other uses the network.
    """
    usual = min(visible_processors(), LOCAL_JOBS) if given.url is None else REMOTE_JOBS
    return min(count, given.jobs or usual)


def _process_all(tasks: Sequence[Task], worker: Worker, jobs: int, report: Report) -> None:
    """Process each picture on one thread from reading to writing.

    No more pictures are in memory than there are threads.
    """
    writer, pool = OutputWriter(), ThreadPoolExecutor(jobs, "picture")
    try:
        for future in [pool.submit(_process_one, task, worker, writer, report) for task in tasks]:
            future.result()
    except KeyboardInterrupt:
        report.silence()
        writer.close()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _process_one(task: Task, worker: Worker, writer: OutputWriter, report: Report) -> None:
    """Process one picture and report its failure, which stops no other picture."""
    start = monotonic()
    try:
        made = worker(task)
        writer.write(task.target if made.is_fine else task.doubtful_target, made.content)
    except (TaskError, PictureError) as error:
        report.failed(task, str(error))
    except OSError as error:
        report.failed(task, system_message(error))
    except MemoryError:
        report.failed(task, "There is not enough memory for it.")
    except Exception as error:  # noqa: BLE001  # a bug must not stop the other pictures
        report.failed(task, f"{ProcessingFailedError.message} ({type(error).__name__}).", error)
    else:
        report.done(task, made, monotonic() - start)


def _worker(
    options: CommandOptions, given: Arguments, jobs: int, progress: Progress
) -> AbstractContextManager[Worker]:
    if given.url is None:
        return _local_worker(options, given, jobs, max(1, visible_processors() // jobs))
    return _remote_worker(options, given, jobs, progress)


@contextmanager
def _local_worker(
    options: CommandOptions, given: Arguments, jobs: int, threads: int
) -> Iterator[Worker]:
    """Process pictures in `jobs` processes, with `threads` threads for each picture.

    Raise `CommandError` if the model cannot be loaded or the background is not a picture.
    """
    from pydantic import ValidationError  # noqa: PLC0415  # an API needs none of these

    from cutout import engine  # noqa: PLC0415
    from cutout.setting_types import first_problem  # noqa: PLC0415

    try:
        settings = engine.local_settings(given.model)
    except ValidationError as error:
        raise CommandError(first_problem(error)) from error
    masked = given.mask is not None
    with closing(engine.open_workers(settings, jobs, threads, masked=masked)) as workers:
        # imported while the processes load the networks
        from cutout.options import Source  # noqa: PLC0415
        from cutout.segment.model_file import ModelError  # noqa: PLC0415
        from cutout.timing import NO_DEADLINE, Stages  # noqa: PLC0415
        from cutout.work import BackgroundJob, FileJob  # noqa: PLC0415

        processing = options.processing_options()
        try:
            workers.wait()
            if processing.background.picture is not None:
                workers(BackgroundJob(processing.background.picture), NO_DEADLINE, Stages())
        except ModelError as error:
            raise CommandError(str(error)) from error
        except PictureError as error:
            raise CommandError(f"{printable(options.background)}: {error}") from error

        def work(task: Task) -> Made:
            with task.open() as file:
                source = Source(file.read(), task.name)
            job = FileJob(source, replace(processing, mask=task.read_mask()))
            found = workers(job, NO_DEADLINE, Stages())
            quality = found.quality
            if quality is None:
                return Made(found.content)
            return Made(
                found.content, str(quality.verdict), quality.undecided, quality.disagreement
            )

        yield work


@contextmanager
def _remote_worker(
    options: CommandOptions, given: Arguments, connections: int, progress: Progress
) -> Iterator[Worker]:
    """Process pictures by an API, over `connections` connections at once.

    Raise `CommandError` if the API cannot be used or the background is not a picture.
    """
    from cutout.command.remote import RemoteWorker  # noqa: PLC0415  # requests is slow to import

    worker = RemoteWorker(given.url or "", given.key, options, progress, connections)
    with closing(worker):
        worker.prepare()
        yield worker
