"""Share what code on Lambda needs: context, log line, memory, the end of an instance, snapshots.

Without SnapStart the functions that register hooks do nothing. Source: "Lambda SnapStart runtime
hooks for Python" in the Lambda developer guide. The library with the hooks is a dependency of the
runtime interface client, so AWS's base images have it.
"""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeAlias

from cutout.errors import PictureError

logger = logging.getLogger(__name__)


class LastAnswer(dict[str, Any]):
    """Hold a handler's answer, and end the process after it.

    Lambda freezes an instance as soon as its runtime asks for the next request, and a hanging call
    would then continue to hang. The runtime interface client drops the answer between the two, once
    Lambda has taken it: at that moment no request is lost, and the next one gets a new process.
    (The emulator then answers with status 502 and this body.)
    """

    def __del__(self) -> None:
        os._exit(1)


def last_answer(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer as the instance's last one under Lambda's runtime, elsewhere unchanged."""
    if not is_on_lambda():
        return answer
    logger.error("a step overran its deadline: this instance ends after its answer")
    return LastAnswer(answer)


M_TRIM_THRESHOLD, M_MMAP_MAX, M_ARENA_MAX = -1, -4, -8
"""Parameters of glibc's `mallopt`, from its ``malloc.h``."""


def keep_memory() -> None:
    """Keep freed memory for the next picture, in a process that does nothing else.

    By default, glibc returns the arrays of a large picture to the system, and the next ones cause
    tens of thousands of page faults: 130 to 170 ms, warm, for 4096 x 4096 pixels (measured by
    hand, with one thread). The peak stays the same for pictures of one size. Over 150 pictures of
    300 to 4096 pixels it is 811 rather than 716 MB, since the gaps between arrays of different
    sizes are kept as well. Call this before other threads start. Other C libraries have no
    `mallopt`.
    """
    import ctypes  # noqa: PLC0415

    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in ((M_ARENA_MAX, 1), (M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, -1)):
            mallopt(parameter, value)


def is_on_lambda() -> bool:
    """Return whether Lambda's runtime, or its emulator, has started this process."""
    return "AWS_LAMBDA_RUNTIME_API" in os.environ


class LambdaContext(Protocol):
    """Describe the part of the invocation's context that is used."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the time until Lambda ends the function."""


Facts: TypeAlias = dict[str, str | int | float]
NAMESPACE = "Cutout"
SHARES = frozenset({"undecided", "disagreement"})
"""Facts of 0..1 about a picture's quality. All other fractions are milliseconds."""
REQUESTS, MILLISECONDS = "requests", "milliseconds"


def reason(error: Exception) -> str:
    """Return the outcome that the log has for an error: its own, or the name of its class."""
    if isinstance(error, PictureError):
        return error.outcome
    return type(error).__name__.removesuffix("Error")


def metrics(found: dict[str, Any], function: str) -> dict[str, Any]:
    """Return the fields that make metrics of a log line.

    Times and shares have the dimension function. The count has function and outcome, and function
    and quality.
    """
    numbers = [name for name, value in found.items() if isinstance(value, float)]
    groups = [["function", "outcome"], *([["function", "quality"]] if "quality" in found else [])]
    directives = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [["function"]],
            "Metrics": [
                {"Name": name, "Unit": "None" if name in SHARES else "Milliseconds"}
                for name in numbers
            ],
        },
        {
            "Namespace": NAMESPACE,
            "Dimensions": groups,
            "Metrics": [{"Name": REQUESTS, "Unit": "Count"}],
        },
    ]
    metadata = {"Timestamp": found["time"], "CloudWatchMetrics": directives}
    return {"function": function, REQUESTS: 1, "_aws": metadata}


def to_stdout(text: str) -> None:
    """Print a line, which Lambda passes to CloudWatch unchanged.

    If that fails, as on a full disk or without a reader, say so on standard error: a raised error
    would have the local server close the connection of an answer that was sent.
    """
    try:
        print(text, flush=True)
    except OSError as error:
        logger.error("A log line can't be written: %s", error)  # noqa: TRY400


Hook: TypeAlias = Callable[[], object]

VARIABLE, SNAP_START = "AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"
"""The variable that names how Lambda starts this instance, and its value under SnapStart."""


def before_snapshot(hook: Hook) -> None:
    """Call `hook` before the snapshot is taken; the last one registered comes first."""
    if _has_snapshots():
        from snapshot_restore_py import register_before_snapshot  # noqa: PLC0415  # see `_has_snapshots`

        register_before_snapshot(hook)


def after_restore(hook: Hook) -> None:
    """Call `hook` in each instance that is restored from the snapshot, in order of registration."""
    if _has_snapshots():
        from snapshot_restore_py import register_after_restore  # noqa: PLC0415  # see `_has_snapshots`

        register_after_restore(hook)


def _has_snapshots() -> bool:
    """Return whether Lambda takes a snapshot of this process and the library for hooks is there."""
    if os.environ.get(VARIABLE) != SNAP_START:
        return False
    try:
        import snapshot_restore_py  # noqa: F401, PLC0415  # only needed under SnapStart
    except ImportError:
        logger.warning("The base image has no snapshot_restore_py: SnapStart hooks do not run")
        return False
    return True
