"""Count the progress and report it on standard error; standard output is for pictures."""

import os
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import TextIO

from cutout.command.errors import Problem, printable
from cutout.command.records import NOTHING, UNSURE, Made, Record
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

    total: int
    bytes_total: int = 0
    done: int = 0
    failed: int = 0
    bytes_sent: int = 0
    start: float = field(default_factory=monotonic)
    _sending: dict[str, tuple[int, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False)

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
        with self._lock:
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


def _shown(target: Path | None) -> str:
    return "standard output" if target is None else printable(target)


@dataclass
class Report:
    """Print a line for each failure, a progress bar on a terminal, and a summary.

    The summary appears on a terminal or after failures. `quiet` leaves only the failures, `verbose`
    adds a line for each picture.
    """

    progress: Progress
    skipped: int = 0
    problems: int = 0
    quiet: bool = False
    verbose: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    left_out: Counter[str] = field(default_factory=Counter)
    records: list[Record] = field(default_factory=list)
    _bar: ProgressBar | None = None
    _silent: bool = False

    @property
    def on_terminal(self) -> bool:
        """Return whether the stream is a terminal that understands control codes."""
        return self.stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def failures(self) -> int:
        """Return the number of pictures that failed and of names without a picture."""
        return self.problems + self.progress.failed

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show a bar during the block, if there is work and a terminal."""
        if self.on_terminal and not self.quiet and self.progress.total:
            self._bar = ProgressBar(self.stream, self.progress)
        with self._bar.running() if self._bar else nullcontext():
            yield

    def problem(self, problem: Problem) -> None:
        """Report a problem found before any picture was processed."""
        self.problems += 1
        self.records.append(Record(problem.name, "failed", message=problem.message))
        self._line(f"{problem.name}: {problem.message}")

    def plan(self, tasks: Sequence[Task]) -> None:
        """Print what would be done."""
        for each in tasks:
            self._line(f"{each.name}: {_shown(each.target)}")
        counts = [f"{len(tasks)} to do", *self._skipped()]
        self._line(", ".join(counts))

    def done(self, task: Task, made: Made, seconds: float) -> None:
        """Report that a cut-out is written."""
        if self._silent:  # an interrupt may have come before the file was complete
            return
        self.progress.end(task.name, ok=True)
        target = _shown(task.target if made.is_fine else task.doubtful_target)
        self.records.append(
            Record(
                *(task.name, "done", target, round(seconds, 3), len(made.content)),
                *(made.quality, made.undecided, made.disagreement),
            )
        )
        if made.quality == NOTHING and not self.quiet:
            self._line(f"{task.name}: No subject was found.")
        if self.verbose:
            doubt = "" if made.is_fine else f", {made.quality}"
            self._line(f"{task.name}: {target} ({seconds:.2f} s{doubt})")

    def failed(self, task: Task, message: str, error: Exception | None = None) -> None:
        """Report that a picture failed.

        With `verbose`, print the traceback of an unexpected `error`.
        """
        if self._silent:
            return
        self.progress.end(task.name, ok=False)
        self.records.append(Record(task.name, "failed", message=message))
        self._line(f"{task.name}: {message}")
        if error is not None and self.verbose:
            self._line("".join(traceback.format_exception(error)).rstrip())

    def silence(self) -> None:
        """Stop reporting pictures after an interrupt."""
        self._silent = True

    def summary(self, *, ended: bool) -> None:
        """Print the last line. `ended` is False after an interrupt."""
        telling = self.failures or self.left_out or self.empty or not ended
        if self.quiet or not (self.on_terminal or self.verbose or telling):
            return
        counts = [f"{self.progress.done} done"]
        if self.failures:
            counts.append(f"{self.failures} failed")
        if self.empty:
            counts.append(f"{self.empty} without a subject")
        if self.unsure:
            counts.append(f"{self.unsure} unsure")
        counts += self._skipped()
        if not ended:
            counts.append(f"{self.progress.total - self.progress.ended} not finished")
        line = ", ".join(counts)
        if self.progress.done:
            line += f" in {self.progress.seconds:.1f} s ({format_rate(self.progress.rate)})"
        self._line(line)

    @property
    def empty(self) -> int:
        """Return the number of pictures in which nothing was found."""
        return sum(each.quality == NOTHING for each in self.records)

    @property
    def unsure(self) -> int:
        """Return the number of cut-outs that need a review."""
        return sum(each.quality == UNSURE for each in self.records)

    def _skipped(self) -> list[str]:
        """Return how many pictures are up to date, and how many files are no pictures."""
        counts = [f"{self.skipped} already up to date"] if self.skipped else []
        if self.left_out:
            kinds = ", ".join(printable(each) for each in sorted(self.left_out))
            counts.append(f"{self.left_out.total()} left out: {kinds}")
        return counts

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.print_above(text)
        else:
            self.stream.write(f"{text}\n")
            self.stream.flush()
