"""Who turns a task into the file of its cut-out: this machine, or an API."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeAlias

from cutout.command.arguments import Arguments
from cutout.command.problems import CommandError, shown
from cutout.command.tally import Tally
from cutout.command.targets import Task
from cutout.command.wishes import Wishes

Worker: TypeAlias = Callable[[Task], bytes]
"""Raises `TaskError`, `PictureError` or `OSError`."""


@contextmanager
def local_worker(wishes: Wishes, given: Arguments, jobs: int, threads: int) -> Iterator[Worker]:
    """Work in `jobs` processes, with so many threads for each picture. Raises `CommandError` where
    there is no model, or where the background is no picture."""
    from pydantic import ValidationError  # noqa: PLC0415  # an API needs none of these

    from cutout import engine  # noqa: PLC0415
    from cutout.settings import first_problem  # noqa: PLC0415

    try:
        settings = engine.local_settings(given.model)
    except ValidationError as error:
        raise CommandError(first_problem(error)) from error
    with closing(engine.open_workers(settings, jobs, threads)) as workers:
        # while they load the networks
        from cutout.errors import PictureError  # noqa: PLC0415
        from cutout.options import Source  # noqa: PLC0415
        from cutout.segment.model_file import ModelError  # noqa: PLC0415
        from cutout.timing import NO_DEADLINE, Stages  # noqa: PLC0415
        from cutout.work import BackgroundJob, FileJob  # noqa: PLC0415

        options = wishes.options()
        try:
            workers.wait()
            if options.background.picture is not None:
                workers(BackgroundJob(options.background.picture), NO_DEADLINE, Stages())
        except ModelError as error:
            raise CommandError(str(error)) from error
        except PictureError as error:
            raise CommandError(f"{shown(wishes.background)}: {error}") from error

        def work(task: Task) -> bytes:
            with task.open() as file:
                source = Source(file.read(), task.name)
            return workers(FileJob(source, options), NO_DEADLINE, Stages())

        yield work


@contextmanager
def remote_worker(
    wishes: Wishes, given: Arguments, connections: int, tally: Tally
) -> Iterator[Worker]:
    """By so many connections at once. Raises `CommandError` where there is no such API, or where
    the background is no picture."""
    from cutout.command.remote import RemoteWorker  # noqa: PLC0415  # requests takes its time

    worker = RemoteWorker(given.url or "", given.key, wishes, tally, connections)
    with closing(worker):
        worker.prepare()
        yield worker
