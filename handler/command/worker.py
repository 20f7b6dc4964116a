"""Who turns a task into the file of its cut-out: this machine, or an API."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TypeAlias

from handler.command.arguments import Arguments
from handler.command.problems import CommandError, shown
from handler.command.tally import Tally
from handler.command.targets import Task
from handler.command.wishes import Wishes

Worker: TypeAlias = Callable[[Task], bytes]
"""Raises `TaskError`, `PictureError` or `OSError`."""


@contextmanager
def local_worker(wishes: Wishes, given: Arguments, threads: int) -> Iterator[Worker]:
    """So many threads for each picture. Raises `CommandError` where there is no model, or where the
    background is no picture."""
    from pydantic import ValidationError  # noqa: PLC0415  # an API needs none of these

    from handler import engine  # noqa: PLC0415
    from handler.background_errors import of_background  # noqa: PLC0415
    from handler.decode.decode import decode  # noqa: PLC0415
    from handler.errors import PictureError  # noqa: PLC0415
    from handler.pictures import Source  # noqa: PLC0415
    from handler.segment.model_file import ModelError  # noqa: PLC0415

    options = wishes.options()
    try:
        pipeline = engine.open_pipeline(given.model, threads)
        if options.background.picture is not None:
            with of_background():
                decode(options.background.picture.content, pipeline.settings)
    except ModelError as error:
        raise CommandError(str(error)) from error
    except PictureError as error:
        raise CommandError(f"{shown(wishes.background)}: {error}") from error
    except ValidationError as error:
        found = error.errors()[0]
        name = "_".join(["CUTOUT", *map(str, found["loc"])]).upper()
        raise CommandError(f"{name}: {found['msg']}") from error

    def work(task: Task) -> bytes:
        with task.open() as file:
            source = Source(file.read(), task.name)
        return pipeline.cut_out(source, options, engine.NO_HURRY)

    with warnings.catch_warnings(action="ignore"):  # Pillow's, of files that are a little broken
        yield work


@contextmanager
def remote_worker(
    wishes: Wishes, given: Arguments, connections: int, tally: Tally
) -> Iterator[Worker]:
    """By so many connections at once. Raises `CommandError` where there is no such API, or where
    the background is no picture."""
    from handler.command.remote import RemoteWorker  # noqa: PLC0415  # requests takes its time

    worker = RemoteWorker(given.url or "", given.key, wishes, tally, connections)
    with closing(worker):
        worker.prepare()
        yield worker
