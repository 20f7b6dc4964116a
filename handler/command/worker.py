"""Who turns a task into the file of its cut-out: this machine, or an API."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

from handler.command.arguments import Arguments
from handler.command.problems import CommandError
from handler.command.tally import Tally
from handler.command.targets import Task

Worker: TypeAlias = Callable[[Task], bytes]
"""Raises `TaskError`, `PictureError` or `OSError`."""


@contextmanager
def local_worker(given: Arguments, threads: int) -> Iterator[Worker]:
    """So many threads for each picture. Raises `CommandError` where there is no model."""
    from pydantic import ValidationError  # noqa: PLC0415

    from handler.engine import open_engine  # noqa: PLC0415  # an API needs none of it
    from handler.segment.model_file import ModelError  # noqa: PLC0415

    try:
        engine = open_engine(given.model, threads)
    except ModelError as error:
        raise CommandError(str(error)) from error
    except ValidationError as error:
        found = error.errors()[0]
        name = "_".join(["CUTOUT", *map(str, found["loc"])]).upper()
        raise CommandError(f"{name}: {found['msg']}") from error

    def work(task: Task) -> bytes:
        with task.open() as file:
            content = file.read()
        return engine.file(content, given.mode)

    with warnings.catch_warnings(action="ignore"):  # Pillow's, of files that are a little broken
        yield work


def remote_worker(
    given: Arguments, connections: int, tally: Tally
) -> AbstractContextManager[Worker]:
    """By so many connections at once."""
    from handler.command.remote import RemoteWorker  # noqa: PLC0415  # requests takes its time

    query = {"mode": str(given.mode)}
    return RemoteWorker(given.url or "", given.key, query, tally, connections)
