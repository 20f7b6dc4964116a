"""Whether the machine has its processors to spare: else the curve ends where they do, unseen."""

from pathlib import Path
from time import monotonic, sleep

STAT = Path("/proc/stat")
LOOK_SECONDS = 1.0
WAIT_SECONDS = 60.0
OTHERS = 0.25  # processors that everything else may use


class BusyError(Exception):
    """Something else uses the processors."""


def wait_until_quiet(visible: int) -> None:
    """Returns once others leave the processors alone; raises after a minute of waiting."""
    deadline = monotonic() + WAIT_SECONDS
    while True:
        before = STAT.read_text()
        sleep(LOOK_SECONDS)
        used = visible * busy_share(before, STAT.read_text())
        if used <= OTHERS:
            return
        if monotonic() > deadline:
            raise BusyError(
                f"Something else uses {used:.1f} of {visible} processors; measure when it is done."
            )


def busy_share(before: str, after: str) -> float:
    """0 to 1, of all processors, between two readings of /proc/stat."""
    (idle, total), (idle_then, total_then) = _ticks(after), _ticks(before)
    if total == total_then:
        return 0.0
    return 1 - (idle - idle_then) / (total - total_then)


def _ticks(stat: str) -> tuple[int, int]:
    """Idle (waiting for disks is idle, too) and all, of the line for all processors."""
    name, *fields = stat.splitlines()[0].split()
    if name != "cpu":
        raise ValueError("/proc/stat does not begin with the processors' sum")
    ticks = [int(each) for each in fields[:8]]  # what guests use is in user's already
    return ticks[3] + ticks[4], sum(ticks)
