"""Run code before Lambda takes a SnapStart snapshot of this process, and after each restore.

Everywhere else these functions do nothing. Source: "Lambda SnapStart runtime hooks for Python" in
the Lambda developer guide. The library with the hooks is a dependency of the runtime interface
client, so AWS's base images have it.
"""

import logging
import os
from collections.abc import Callable
from typing import TypeAlias

logger = logging.getLogger(__name__)

Hook: TypeAlias = Callable[[], object]

VARIABLE, SNAP_START = "AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"
"""The variable that names how Lambda starts this instance, and its value under SnapStart."""


def before_snapshot(hook: Hook) -> None:
    """Call `hook` before the snapshot is taken; the last one registered comes first."""
    if _is_active():
        from snapshot_restore_py import register_before_snapshot  # noqa: PLC0415  # see `_is_active`

        register_before_snapshot(hook)


def after_restore(hook: Hook) -> None:
    """Call `hook` in each instance that is restored from the snapshot, in order of registration."""
    if _is_active():
        from snapshot_restore_py import register_after_restore  # noqa: PLC0415  # see `_is_active`

        register_after_restore(hook)


def _is_active() -> bool:
    """Return whether Lambda takes a snapshot of this process and the library for hooks is there."""
    if os.environ.get(VARIABLE) != SNAP_START:
        return False
    try:
        import snapshot_restore_py  # noqa: F401, PLC0415  # only needed under SnapStart
    except ImportError:
        logger.warning("The base image has no snapshot_restore_py: SnapStart hooks do not run")
        return False
    return True
