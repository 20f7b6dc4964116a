"""Wait until the machine has free processors: a busy machine would distort the curve."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

STAT = Path("/proc/stat")
OTHERS = 0.25  # processors that everything else may use


class BusyError(Exception):
    """Report that something else uses the processors."""


def wait_until_quiet(
    visible: int,
    *,
    read: Callable[[], str] = STAT.read_text,
    pause: float = 1.0,
    patience: float = 60.0,
) -> None:
    """Return once others leave the processors alone; raise BusyError after `patience` seconds.

    `read` returns the text of /proc/stat; two readings are `pause` seconds apart.
    """
    deadline = monotonic() + patience
    while True:
        before = read()
        sleep(pause)
        used = visible * busy_share(before, read())
        if used <= OTHERS:
            return
        if monotonic() > deadline:
            raise BusyError(
                f"Something else uses {used:.1f} of {visible} processors; measure when it is done."
            )


def busy_share(before: str, after: str) -> float:
    """Return the busy share of all processors, 0 to 1, between two readings of /proc/stat."""
    (idle, total), (idle_then, total_then) = _ticks(after), _ticks(before)
    if total == total_then:
        return 0.0
    return 1 - (idle - idle_then) / (total - total_then)


def _ticks(stat: str) -> tuple[int, int]:
    """Return idle and total ticks of all processors; waiting for disks counts as idle."""
    name, *fields = stat.splitlines()[0].split()
    if name != "cpu":
        raise ValueError("/proc/stat does not begin with the processors' sum")
    ticks = [int(each) for each in fields[:8]]  # what guests use is in user's already
    return ticks[3] + ticks[4], sum(ticks)
