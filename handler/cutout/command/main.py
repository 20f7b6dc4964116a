"""Run the command: parse the arguments, run, and return an exit code."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

from cutout.command.errors import CommandError, UsageError, printable, system_message
from cutout.command.subcommands import BATCH, SERVE
from cutout.signals import TERMINATING, handlers_deferred

if TYPE_CHECKING:
    from cutout.command.arguments import Limits

INTERRUPTED = 130
LAST_STANDARD = 2
"""The number of standard error, the last of the standard streams."""


def main(argv: Sequence[str] | None = None, limits: "Limits | None" = None) -> int:
    """Return the exit code. `limits` are those of an API's client.

    It is 0 if all is done, 1 if something failed, 2 after wrong usage, 3 if a picture has no
    subject, and 130 after an interrupt. Raise `SystemExit` where argparse ends the process
    (`--help`, a wrong option).
    """
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _execute(arguments, limits)
    except UsageError as error:
        _tell(f"cutout: error: {error}")
        return 2
    except CommandError as error:
        _tell(f"cutout: {error}")
        return 1
    except OSError as error:  # of a place, such as a name too long; pictures have their own
        place = "" if error.filename is None else f"{printable(error.filename)}: "
        _tell(f"cutout: {place}{system_message(error)}")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _tell(line: str) -> None:
    with suppress(OSError):  # the reader may have gone
        print(line, file=sys.stderr)


def _execute(arguments: Sequence[str], limits: "Limits | None") -> int:
    """Import what the arguments need, and run.

    An interrupt waits for the imports: native code among them drops what is raised meanwhile.
    """
    if arguments[:1] == [SERVE]:
        with handlers_deferred():
            from cutout.command.serve import execute_server  # noqa: PLC0415

        return execute_server(arguments[1:])
    if arguments[:1] == [BATCH]:
        with handlers_deferred():
            from cutout.command.batch import execute_batch  # noqa: PLC0415

        return execute_batch(arguments[1:])
    with handlers_deferred():
        from cutout.command.arguments import parse  # noqa: PLC0415
        from cutout.command.run import execute  # noqa: PLC0415

    return execute(parse(arguments, limits))


def run() -> NoReturn:
    """Run the command as this process and end the process with its exit code.

    Give numpy one thread in the workers. A second one makes no picture faster, but busy-waits
    between matrix products, for 4 to 10 % of a picture's processor time
    (``OPENBLAS_NUM_THREADS=2 python -m benchmarks.cost.total``, compared with 1).
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _replace_closed()
    try:
        for name in ("SIGINT",) if sys.argv[1:2] == [SERVE] else ("SIGINT", *TERMINATING):
            _handle_as_interrupt(name)  # uvicorn handles the others itself
        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:  # `--help` raises `SystemExit`
        for stream in (sys.stderr, sys.stdout):
            _flush(stream)
    if code == INTERRUPTED:
        os._exit(code)  # don't wait for threads that are in the middle of a picture
    sys.exit(code)


def _handle_as_interrupt(name: str) -> None:
    """Raise `KeyboardInterrupt` for a signal, unless it is ignored, as SIGHUP after `nohup`."""
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
        with suppress(ValueError):  # not the main thread
            signal.signal(number, signal.default_int_handler)


def _replace_closed() -> None:
    """Open the null device for standard streams that are closed, as after `2>&-`.

    Otherwise, the first files opened would take their numbers, and get what is written to them.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= LAST_STANDARD:
        os.set_inheritable(number, True)
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  # until the end


def _flush(stream: TextIO | None) -> None:
    """Write what a stream holds.

    If its reader has gone, replace it, since Python would report that again when it exits.
    """
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
