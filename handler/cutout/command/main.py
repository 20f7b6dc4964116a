"""Run the command: parse the arguments, run, and return an exit code."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from signal import SIGTERM, default_int_handler, signal
from typing import NoReturn

from cutout.command.batch_parser import BATCH
from cutout.command.errors import CommandError, UsageError
from cutout.command.serve_parser import SERVE

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 if all is done, 1 if something failed, 2 after wrong usage, 130 if interrupted.

    Raise `SystemExit` where argparse ends the process (`--help`, a wrong option).
    """
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _execute(arguments)
    except UsageError as error:
        print(f"cutout: error: {error}", file=sys.stderr)
        return 2
    except CommandError as error:
        print(f"cutout: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _execute(arguments: Sequence[str]) -> int:
    """Import what the arguments need, here because an interrupt may come during the import."""
    if arguments[:1] == [SERVE]:
        from cutout.command.serve import execute_server  # noqa: PLC0415

        return execute_server(arguments[1:])
    if arguments[:1] == [BATCH]:
        from cutout.command.batch import execute_batch  # noqa: PLC0415

        return execute_batch(arguments[1:])
    from cutout.command.arguments import parse  # noqa: PLC0415
    from cutout.command.run import execute  # noqa: PLC0415

    return execute(parse(arguments))


def run() -> NoReturn:
    """Run the command as this process and end the process with its exit code.

    Give numpy one thread in the workers. A second one makes no picture faster, but waits busily
    between matrix products: 4 to 10 % of a picture's processor time
    (``OPENBLAS_NUM_THREADS=2 python -m benchmarks.cost.total`` beside the same with 1).
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1:2] != [SERVE]:  # uvicorn handles signals itself
        with suppress(ValueError, AttributeError):
            signal(SIGTERM, default_int_handler)
    code = main()
    with suppress(OSError):
        sys.stderr.flush()
    try:
        sys.stdout.flush()
    except OSError:  # the reader has gone; Python would report that again when it exits
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code == INTERRUPTED:
        os._exit(code)  # don't wait for threads that are in the middle of a picture
    sys.exit(code)
