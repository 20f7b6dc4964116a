"""Measure the memory of a process that a test starts."""

import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_megabytes() -> int:
    """Return the most memory that this process has had in use.

    On Linux, getrusage begins at the parent's peak, so a large test process would count as well.
    """
    if STATUS.exists():
        return int(STATUS.read_text().partition("VmHWM:")[2].split()[0]) >> 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20  # bytes on macOS
