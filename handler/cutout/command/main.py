"""`cutout`: the arguments in, an exit code out."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from signal import SIGTERM, default_int_handler, signal
from typing import NoReturn

from cutout.command.errors import CommandError, UsageError

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """0 where all is done, 1 where something failed, 130 after an interrupt; wrong usage ends the
    process with 2."""
    try:
        from cutout.command.arguments import parse  # noqa: PLC0415  # an interrupt may come early
        from cutout.command.run import execute  # noqa: PLC0415

        return execute(parse(argv))
    except UsageError as error:
        print(f"cutout: error: {error}", file=sys.stderr)
        return 2
    except CommandError as error:
        print(f"cutout: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def run() -> NoReturn:
    """The process's own entry."""
    with suppress(ValueError, AttributeError):
        signal(SIGTERM, default_int_handler)  # ends as cleanly
    code = main()
    with suppress(OSError):
        sys.stderr.flush()
    try:
        sys.stdout.flush()
    except OSError:  # the reader has gone; Python would complain once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code == INTERRUPTED:
        os._exit(code)  # threads may be in the middle of a picture, which nobody waits for
    sys.exit(code)


if __name__ == "__main__":
    run()
