"""Count the progress from several threads, and draw it on a terminal's last line."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic
from typing import TextIO

from cutout.command.tasks import Task

SENDING_SHARE = 0.5
"""Share of a picture's work that is done when its file is sent to an API."""
MAX_BAR, MIN_BAR = 30, 5  # characters
DRAWING_SECONDS = 0.2  # between two drawings of the bar
CLEAR_LINE = "\r\x1b[K"


@dataclass
class Progress:
    """Count pictures and sent bytes from several threads.

    `bytes_total` is 0 if nothing is sent to an API.
    """

    total: int = 0
    bytes_total: int = 0
    done: int = 0
    failed: int = 0
    bytes_sent: int = 0
    start: float = field(default_factory=monotonic)
    _sending: dict[str, tuple[int, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def expect(self, tasks: Sequence[Task], *, with_bytes: bool = False) -> None:
        """Add pictures to the total, and their bytes if they are sent to an API."""
        self.total += len(tasks)
        self.bytes_total += sum(map(Task.size, tasks)) if with_bytes else 0

    def begin(self) -> None:
        """Start the clock, which leaves out the time that it takes to load the model."""
        self.start = monotonic()

    def send(self, name: str, sent: int, size: int) -> None:
        """Record that `sent` of a picture's `size` bytes are sent.

        The number falls if the picture is sent again.
        """
        with self._lock:
            before, _ = self._sending.get(name, (0, 0))
            self.bytes_sent += sent - before
            self._sending[name] = sent, size

    def end(self, name: str, *, ok: bool) -> None:
        """Record that a picture is done, or has failed."""
        with self._lock:
            self._sending.pop(name, None)
            self.done += ok
            self.failed += not ok

    def drop(self) -> None:
        """Take a picture from the total, since nothing is to be done for it."""
        with self._lock:
            self.total -= 1

    @property
    def ended(self) -> int:
        """Return the number of pictures done or failed."""
        return self.done + self.failed

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return monotonic() - self.start

    @property
    def rate(self) -> float:
        """Cut-outs per second. Failures don't count, since most of them take no time."""
        return self.done / max(self.seconds, 1e-9)

    def share(self) -> float:
        """Return the share of the work that is done, 0..1. Pictures being sent count in part."""
        with self._lock:
            sending = sum(
                SENDING_SHARE * sent / max(1, size) for sent, size in self._sending.values()
            )
            return min(1.0, (self.ended + sending) / max(1, self.total))

    def seconds_left(self) -> float | None:
        """Estimate the seconds left at the pace so far. Return None if nothing is done yet."""
        share = self.share()
        return self.seconds * (1 - share) / share if share else None


class ProgressBar:
    """Draw the progress on a terminal's last line, from several threads."""

    def __init__(self, stream: TextIO, progress: Progress) -> None:
        self._stream, self._progress = stream, progress
        self._lock, self._stop = Lock(), Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Draw the bar several times a second, and remove it at the end."""
        thread = Thread(target=self._redraw, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            self._put(CLEAR_LINE)

    def print_above(self, line: str) -> None:
        """Print a line that stays above the bar."""
        self._put(f"{CLEAR_LINE}{line}\n")

    def _redraw(self) -> None:
        while True:
            self._put(CLEAR_LINE + bar_line(self._progress, _columns(self._stream)))
            if self._stop.wait(DRAWING_SECONDS):
                return

    def _put(self, text: str) -> None:
        with self._lock, suppress(OSError):  # the terminal may have gone
            self._stream.write(text)
            self._stream.flush()


def bar_line(progress: Progress, columns: int) -> str:
    """Return the bar and the figures as a line of at most `columns` - 1 characters."""
    words = [f"{progress.ended}/{progress.total}"]
    if progress.bytes_total:
        sent, total = progress.bytes_sent / 1e6, progress.bytes_total / 1e6
        words.append(f"{sent:.1f}/{total:.1f} MB sent")
    if progress.done:
        words.append(format_rate(progress.rate))
    left = progress.seconds_left()
    if left is not None:
        words.append(f"{format_duration(left)} left")
    if progress.failed:
        words.append(f"{progress.failed} failed")
    text = "  ".join(words)
    width = min(MAX_BAR, columns - len(text) - 4)
    if width < MIN_BAR:
        return text[: max(0, columns - 1)]
    full = int(width * progress.share())
    return f"[{'#' * full}{'-' * (width - full)}] {text}"


def format_rate(rate: float) -> str:
    """Return pictures per second, or seconds per picture if it is less than one per second."""
    return f"{rate:.1f}/s" if rate >= 1 else f"{1 / rate:.1f} s each"


def format_duration(seconds: float) -> str:
    """Return m:ss or h:mm:ss, rounded up."""
    minutes, rest = divmod(-int(-seconds // 1), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
