"""Work on many pictures at once, and keep their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from io import IOBase
from os import PathLike
from typing import Any, TypeVar

Read = TypeVar("Read")
Item = TypeVar("Item")
SINGLE = (str, bytes, bytearray, memoryview, PathLike, IOBase)
"""Types of a single picture. Some are iterable, over letters or lines."""


def require_many(pictures: object) -> None:
    """Raise `TypeError` for a single path, file or bytes in place of many."""
    if isinstance(pictures, SINGLE):
        name = type(pictures).__name__
        raise TypeError(f"pictures must be a list or another iterable of pictures, not {name}")


def in_order(
    reads: Iterable[Callable[[], Read]],
    finish: Callable[["Future[Read]"], object],
    jobs: int,
    ahead: int,
    *,
    is_strict: bool,
) -> Iterator[Any]:
    """Yield what `finish` makes of each read, in order, `jobs` at once and `ahead` more read.

    An error is raised in its place, or yielded unless `is_strict`. If `reads` itself raises, what
    was taken before is yielded first.
    """
    waiting: deque[Future[object]] = deque()
    failures: list[Exception] = []
    with ThreadPoolExecutor(1, "read") as reader, ThreadPoolExecutor(jobs, "cut out") as pool:
        try:
            for read in _until_failure(reads, failures):
                waiting.append(pool.submit(finish, _ended(reader.submit(read))))
                if len(waiting) >= jobs + ahead:
                    yield _outcome(waiting.popleft(), is_strict=is_strict)
            while waiting:
                yield _outcome(waiting.popleft(), is_strict=is_strict)
        finally:
            for each in waiting:
                each.cancel()
    for failure in failures:
        raise failure


def _ended(reading: "Future[Read]") -> "Future[Read]":
    """Return a read once it has ended: its source may reuse the array or file for the next."""
    wait([reading])
    return reading


def _until_failure(items: Iterable[Item], failures: list[Exception]) -> Iterator[Item]:
    """Yield the items, and append the error that ends them to `failures`."""
    try:
        yield from items
    except Exception as error:  # noqa: BLE001  # raised once the items before it are finished
        failures.append(error)


def _outcome(future: "Future[object]", *, is_strict: bool) -> object:
    """Return the result, or raise its error, or return that unless `is_strict`."""
    error = None if is_strict else future.exception()
    return future.result() if error is None else error
