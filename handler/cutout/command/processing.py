"""Process pictures in parallel, in processes of this machine or by an API."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from cutout.command.arguments import Arguments
from cutout.command.errors import CommandError, TaskError, printable, system_message
from cutout.command.history import SOURCES, History, confidence, origin
from cutout.command.inputs import path_key
from cutout.command.options import ON_WHITE, CommandOptions
from cutout.command.outputs import OutputWriter
from cutout.command.progress import Progress
from cutout.command.records import Made
from cutout.command.report import Report, Reported
from cutout.command.tasks import Task
from cutout.errors import PictureError, ProcessingFailedError
from cutout.setting_types import visible_processors
from cutout.signals import handlers_deferred

if TYPE_CHECKING:
    from cutout.pictures import Quality
    from cutout.work import PictureWork
    from cutout.workers.pool import Workers

Item = TypeVar("Item")

DIED = "A worker process ended while it started. Is there enough memory? Try --jobs 1."
DIED_IN_IT = "Its worker process ended. Is there enough memory? Try --jobs 1."
REMOTE_JOBS = 4
LOCAL_JOBS = 4
"""Default limit of pictures processed at once on this machine. Each is a process of some 650 MB.

Threads of one process are no faster: on two cores of an EPYC with AVX-512 VNNI, 60 of the pictures
of `make bench-folder` take 36.4 and 36.9 s in two threads of the library, and 36.7 and 36.8 s with
``--jobs 2``. The threads need 0.9 GB, but a picture that hangs or crashes takes the others along.
"""

Worker: TypeAlias = Callable[[Task], Made]
"""Returns the file of a task's cut-out and its quality. Raises `TaskError`, `PictureError` or
`OSError`."""


def job_count(given: Arguments) -> int:
    """Return how many pictures to process at once.

    Two pictures with one thread each are faster than one after the other with two threads: while
    one is decoded or encoded, the other uses the network.
    """
    return given.jobs or (local_jobs() if given.url is None else REMOTE_JOBS)


def local_jobs() -> int:
    """Return how many pictures this machine processes at once by default."""
    return min(visible_processors(), LOCAL_JOBS)


def process_all(
    tasks: Sequence[Task], worker: Worker, jobs: int, report: Report, history: History
) -> None:
    """Process each picture on one thread from reading to writing.

    No more pictures are in memory than there are threads.
    """
    writer = OutputWriter()

    def process(task: Task) -> None:
        _process_one(task, worker, writer, report, history)

    try:
        run_parallel(tasks, process, jobs, report)
    except KeyboardInterrupt:
        writer.close()
        raise


def run_parallel(
    tasks: Sequence[Item], process: Callable[[Item], None], jobs: int, report: Report
) -> None:
    """Call `process` with each task, on `jobs` threads. Silence the report after an interrupt."""
    pool = ThreadPoolExecutor(jobs, "picture")
    try:
        for future in [pool.submit(process, task) for task in tasks]:
            future.result()
    except KeyboardInterrupt:
        report.silence()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _process_one(
    task: Task, worker: Worker, writer: OutputWriter, report: Report, history: History
) -> None:
    """Process one picture and report the result."""
    start = monotonic()
    with failures_reported(task, report):
        for place in task.places:
            writer.require_place(place)
        sizes = task.source_sizes()  # before the work, so that the next run sees a change meanwhile
        made = worker(task)
        target = task.target if made.is_fine else task.doubtful_target
        if writer.write(target, made.content) and target is not None:
            _record(task, target, made, sizes, history)
            _remove_outdated(task, target, history, report)
        report.done(task, made, monotonic() - start)


def _record(
    task: Task, target: Path, made: Made, sizes: Mapping[str, int], history: History
) -> None:
    """Record a cut-out, with its quality, its picture, and the sizes of its sources."""
    details = confidence(made)
    if task.source is not None:
        details |= origin(target, task.source, made.content) | {SOURCES: sizes}
    history.record(target, details, needed=not made.is_fine)


def _remove_outdated(task: Task, target: Path, history: History, report: Report) -> None:
    """Remove the picture's outdated cut-out from the other place, or name a file of other origin.

    A file that this command did not make, or that was changed since, may hold manual work.
    """
    others = (each for each in task.places if path_key(each) != path_key(target))
    other = next((each for each in others if each.exists()), None)
    if other is None:
        return
    if task.source is not None and history.is_own(other, task.source):
        with suppress(OSError):
            other.unlink()
            history.record(other)  # a file that takes its place is not the one that was recorded
            return
    old, new = printable(other), printable(target)
    report.note(f"{task.name}: an older file stays: {old}. The new cut-out is {new}.")


@contextmanager
def failures_reported(task: Reported, report: Report) -> Iterator[None]:
    """Report what the block raises as the picture's failure, which stops no other picture."""
    try:
        yield
    except (TaskError, PictureError) as error:
        report.failed(task, str(error))
    except OSError as error:
        report.failed(task, system_message(error))
    except MemoryError:
        report.failed(task, "There is not enough memory for it.")
    except Exception as error:  # noqa: BLE001  # a bug must not stop the other pictures
        report.failed(task, _unexpected(error), error)


def _unexpected(error: Exception) -> str:
    """Return what to say of an error that is not the picture's own."""
    from cutout.workers.pool import WorkerDiedError  # noqa: PLC0415  # an API needs none of these

    if isinstance(error, WorkerDiedError):
        return DIED_IN_IT
    return f"{ProcessingFailedError.message} ({type(error).__name__})."


def open_worker(
    options: CommandOptions, given: Arguments, jobs: int, report: Report
) -> AbstractContextManager[Worker]:
    """Return a worker that processes `jobs` pictures at once, on this machine or by an API.

    Print a note if the cut-outs get a white background because they are JPEGs. Entering the context
    raises `CommandError` if the networks or the API cannot be used, or if the background is not a
    picture.
    """
    if options.lies_on_white:
        report.note(ON_WHITE)
    if given.url is None:
        return _local_worker(options, given, jobs, max(1, visible_processors() // jobs))
    return _remote_worker(options, given, jobs, report.progress)


def made_of(content: bytes, quality: "Quality | None") -> Made:
    """Return a cut-out made on this machine for the report."""
    if quality is None:
        return Made(content)
    return Made(content, str(quality.verdict), quality.undecided, quality.disagreement)


def wait_for(workers: "Workers[PictureWork]") -> None:
    """Return when all processes have loaded the model. Raise `CommandError` if one can't."""
    from cutout.segment.model_file import ModelError  # noqa: PLC0415  # an API needs none of these
    from cutout.workers.pool import WorkerDiedError  # noqa: PLC0415

    try:
        workers.wait()
    except ModelError as error:
        raise CommandError(str(error)) from error
    except WorkerDiedError as error:
        raise CommandError(DIED) from error


@contextmanager
def _local_worker(
    options: CommandOptions, given: Arguments, jobs: int, threads: int
) -> Iterator[Worker]:
    """Process pictures in `jobs` processes, with `threads` threads for each picture.

    Raise `CommandError` if the model cannot be loaded or the background is not a picture.
    """
    with handlers_deferred():  # native code among the imports drops what is raised meanwhile
        from pydantic import ValidationError  # noqa: PLC0415  # an API needs none of these

        from cutout import engine  # noqa: PLC0415
        from cutout.setting_types import first_problem  # noqa: PLC0415

        try:
            settings = engine.local_settings(given.model)  # imports more
        except ValidationError as error:
            raise CommandError(first_problem(error)) from error
    masked = given.mask is not None
    with closing(engine.open_workers(settings, jobs, threads, masked=masked)) as workers:
        with handlers_deferred():  # while the processes load the networks
            from cutout.options import Source  # noqa: PLC0415
            from cutout.timing import NO_DEADLINE, Stages  # noqa: PLC0415
            from cutout.work import BackgroundJob, FileJob  # noqa: PLC0415

        processing = options.processing_options
        wait_for(workers)
        try:
            if processing.background.picture is not None:
                workers(BackgroundJob(processing.background.picture), NO_DEADLINE, Stages())
        except PictureError as error:
            raise CommandError(f"{printable(options.background)}: {error}") from error

        def work(task: Task) -> Made:
            source = Source(task.read(), task.name)
            job = FileJob(source, replace(processing, mask=task.read_mask()))
            found = workers(job, NO_DEADLINE, Stages())
            return made_of(found.content, found.quality)

        yield work


@contextmanager
def _remote_worker(
    options: CommandOptions, given: Arguments, connections: int, progress: Progress
) -> Iterator[Worker]:
    """Process pictures by an API, over `connections` connections at once.

    Raise `CommandError` if the API cannot be used or the background is not a picture.
    """
    from cutout.command.client import Client  # noqa: PLC0415  # requests is slow to import
    from cutout.command.remote import RemoteWorker  # noqa: PLC0415

    client = Client(given.url or "", given.key, connections, given.limits)
    worker = RemoteWorker(client, options, progress)
    with closing(worker):
        worker.prepare()
        yield worker
