"""Serve jobs inside a worker process."""

import logging
import os
import pickle
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, Protocol, TypeVar

from cutout.errors import PictureError
from cutout.timing import Deadline, Stages

Context = TypeVar("Context")
Context_contra = TypeVar("Context_contra", contravariant=True)
Result_co = TypeVar("Result_co", covariant=True)


class Job(Protocol[Context_contra, Result_co]):
    """Define a picklable callable that works with the context of its process."""

    def __call__(self, context: Context_contra, deadline: Deadline, stages: Stages, /) -> Result_co:
        """Return a picklable result, or raise."""


@dataclass(frozen=True)
class JobRequest(Generic[Context]):
    """Hold a job and its time limit in seconds, because two processes' clocks may differ."""

    job: Job[Context, Any]
    seconds: float


@dataclass(frozen=True)
class JobOutcome:
    """Hold a job's result or error, and the milliseconds of each stage."""

    result: Any
    error: Exception | None
    milliseconds: dict[str, float]


def serve_jobs(connection: "Connection[Any, Any]", build: Callable[[], Context]) -> None:
    """Build the context, report that it is ready, then answer each request until the parent ends.

    Ignore warnings: Pillow's, of slightly damaged files, don't belong on the parent's terminal.
    """
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # the parent handles it, and ends this process
    warnings.simplefilter("ignore")
    with _until_the_parent_ends():
        try:
            context = build()
        except Exception as error:  # noqa: BLE001  # the parent raises it
            connection.send(_portable(error))
            return
        connection.send(None)
        while True:
            _answer_one(connection, context)


@contextmanager
def _until_the_parent_ends() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        os._exit(0)


def _answer_one(connection: "Connection[Any, Any]", context: Context) -> None:
    request: JobRequest[Context] = connection.recv()
    stages = Stages()
    result, error = None, None
    try:
        result = request.job(context, Deadline.after(request.seconds), stages)
    except Exception as caught:  # noqa: BLE001  # the parent raises it
        error = _portable(caught)
    connection.send(JobOutcome(result, error, stages.milliseconds))


def _portable(error: Exception) -> Exception:
    """Return an error that can be pickled, with the traceback as a note, which pickle keeps."""
    if not isinstance(error, PictureError):
        error.add_note("".join(traceback.format_exception(error)).rstrip())
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    except Exception:  # a class that does not survive it may raise anything
        logging.getLogger(__name__).debug("an error can't be sent", exc_info=True)
        portable = RuntimeError(f"{type(error).__name__}: {error}")
        portable.__notes__ = error.__notes__
        return portable
    return error
