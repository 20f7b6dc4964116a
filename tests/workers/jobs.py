"""Define jobs for worker processes. Each process imports this module."""

import ctypes
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from cutout.errors import ResolutionTooBigError, TooSlowError
from cutout.timing import Deadline, Stages


@dataclass(frozen=True)
class Context:
    """Hold the context of a worker process."""

    name: str
    pid: int


def build() -> Context:
    return Context("here", os.getpid())


def fail_to_build() -> Context:
    raise LookupError("nothing to build with")


def die_while_building() -> Context:
    os._exit(3)


def hang_the_first_time(mark: Path) -> Context:
    if not mark.exists():
        mark.touch()
        sleep(3600)
    return build()


@dataclass(frozen=True)
class Meet:
    """Wait in a folder until another job has come there as well. Raise `TimeoutError`."""

    folder: Path

    def __call__(self, context: Context, deadline: Deadline, _stages: Stages, /) -> None:
        (self.folder / str(context.pid)).touch()
        while len(list(self.folder.iterdir())) < 2:
            sleep(min(0.01, deadline.remaining_or_raise()))


class OwnError(Exception):
    """An error that pickle can't make again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


@dataclass(frozen=True)
class Do:
    """Call a function of this module by its name."""

    name: str

    def __call__(self, context: Context, deadline: Deadline, stages: Stages, /) -> object:
        with stages.time("work"):
            return WORK[self.name](context, deadline)


def _explain() -> object:
    raise ResolutionTooBigError((5000, 4000), 4096)


def _divide() -> object:
    return 1 // 0


def _fail_unpicklably() -> object:
    raise OwnError("one", "two")


def _notice_the_deadline(deadline: Deadline) -> object:
    while deadline.remaining():
        sleep(0.01)
    raise TooSlowError


WORK: dict[str, Callable[[Context, Deadline], object]] = {
    "pid": lambda context, _: context.pid,
    "seconds": lambda _, deadline: deadline.remaining(),
    "megabytes": lambda *_: bytes(64 << 20),
    "explain": lambda *_: _explain(),
    "divide": lambda *_: _divide(),
    "fail unpicklably": lambda *_: _fail_unpicklably(),
    "notice the deadline": lambda _, deadline: _notice_the_deadline(deadline),
    "hang": lambda *_: ctypes.CDLL(None).sleep(3600),
    "seize": lambda *_: ctypes.PyDLL(None).sleep(3600),
    "crash": lambda *_: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": lambda *_: os._exit(0),
    "nap": lambda *_: sleep(1.0),
}
