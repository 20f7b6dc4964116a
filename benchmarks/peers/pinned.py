"""Run a command on some processors: ``python -m benchmarks.peers.pinned CORES COMMAND...``."""

import os
import sys


def main() -> None:
    """Use the last of this process's processors: the first gets most interrupts."""
    cores, *command = sys.argv[1:]
    usable = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, usable[-int(cores) :])
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
