"""Report the results on standard error; standard output is for pictures."""

import os
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from cutout.command.errors import CommandError, Problem, printable
from cutout.command.progress import Progress, ProgressBar, format_rate
from cutout.command.records import (
    DONE,
    FAILED,
    KEPT,
    NOTHING,
    UNSURE,
    Made,
    Record,
    write_records,
)


class Reported(Protocol):
    """Describe a picture: its name, and where its cut-out goes, None for standard output."""

    @property
    def name(self) -> str:
        """Return the picture's name, which is printable."""

    @property
    def target(self) -> object:
        """Return the place for the cut-out."""

    @property
    def doubtful_target(self) -> object:
        """Return the place for a cut-out that needs a review."""


def _shown(target: object) -> str:
    return "standard output" if target is None else printable(target)


@dataclass
class Report:
    """Print a line for each failure, a progress bar on a terminal, and a summary.

    The summary appears on a terminal, with `verbose`, or if there is something to tell. `quiet`
    leaves only the failures, `verbose` adds a line for each picture.
    """

    progress: Progress
    outdated: int = 0
    """How many of the kept cut-outs were made with other options."""
    quiet: bool = False
    verbose: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    left_out: Counter[str] = field(default_factory=Counter)
    records: dict[str, Record] = field(default_factory=dict)
    """The last outcome of each picture or input, by its name."""
    _before: dict[str, Record] = field(default_factory=dict)
    """The outcomes that pictures with a problem had before it."""
    _bar: ProgressBar | None = None
    _silent: bool = False

    @property
    def on_terminal(self) -> bool:
        """Return whether the stream is a terminal that understands control codes."""
        return self.stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def failures(self) -> int:
        """Return the number of pictures that failed and of names without a picture."""
        return sum(each.outcome == FAILED for each in self.records.values())

    @property
    def skipped(self) -> int:
        """Return the number of cut-outs that were up to date."""
        return sum(each.outcome == KEPT for each in self.records.values())

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show a bar during the block, if there is work and a terminal."""
        if self.on_terminal and not self.quiet and self.progress.total:
            self._bar = ProgressBar(self.stream, self.progress)
        with self._bar.running() if self._bar else nullcontext():
            yield

    def problem(self, problem: Problem) -> None:
        """Report a name without a picture, or a picture that cannot be processed."""
        record = Record(problem.name, FAILED, message=problem.message)
        before = self.records.get(problem.name)
        if before is not None and before != record:
            self._before[problem.name] = before
        self._record(record)
        self._line(f"{problem.name}: {problem.message}")

    def forget(self, problem: Problem) -> None:
        """Drop a problem that is over, such as a folder that was missing."""
        before = self._before.pop(problem.name, None)
        record = self.records.get(problem.name)
        if record is not None and record.message == problem.message:
            self.drop(problem.name)
            if before is not None:
                self._record(before)

    def drop(self, name: str) -> None:
        """Drop the outcome of a picture or input that has changed since."""
        self.records.pop(name, None)

    def has_failed(self, name: str) -> bool:
        """Return whether the last outcome of a picture is a failure."""
        return name in self.records and self.records[name].outcome == FAILED

    def keep(self, kept: Record) -> None:
        """Count a picture whose cut-out is up to date."""
        self._record(kept)
        self._tell_if_empty(kept)

    def plan(self, tasks: Sequence[Reported]) -> None:
        """Print what would be done."""
        for each in tasks:
            self._line(f"{each.name}: {_shown(each.target)}")
        counts = [f"{len(tasks)} to do", *self._skipped()]
        self._line(", ".join(counts))
        self._warn_of_outdated()

    def done(self, task: Reported, made: Made, seconds: float) -> None:
        """Report that a cut-out is written."""
        if self._silent:  # an interrupt may have come before the file was complete
            return
        self.progress.end(task.name, ok=True)
        target = _shown(task.target if made.is_fine else task.doubtful_target)
        record = Record(
            *(task.name, DONE, target, round(seconds, 3), len(made.content)),
            *(made.quality, made.undecided, made.disagreement),
        )
        self._record(record)
        self._tell_if_empty(record)
        if self.verbose:
            doubt = "" if made.is_fine else f", {made.quality}"
            self._line(f"{task.name}: {target} ({seconds:.2f} s{doubt})")

    def failed(self, task: Reported, message: str, error: Exception | None = None) -> None:
        """Report that a picture failed.

        With `verbose`, print the traceback of an unexpected `error`.
        """
        if self._silent:
            return
        self.progress.end(task.name, ok=False)
        record = Record(task.name, FAILED, message=message)
        if self.records.get(task.name) == record:  # tried again, and still so
            return
        self._record(record)
        self._line(f"{task.name}: {message}")
        if error is not None and self.verbose:
            self._line("".join(traceback.format_exception(error)).rstrip())

    def silence(self) -> None:
        """Stop reporting pictures after an interrupt."""
        self._silent = True

    def note(self, text: str) -> None:
        """Print a line about the whole run."""
        if not self.quiet:
            self._line(text)

    def write(self, path: str | None) -> None:
        """Write the report's file, if one is wanted. Raise `CommandError` if that fails."""
        if path is not None:
            write_records(Path(path), self.records.values())

    def write_so_far(self, path: str | None) -> None:
        """Write the file of a run that goes on or is interrupted, or say why that fails."""
        try:
            self.write(path)
        except CommandError as error:
            self._line(str(error))

    def summary(self, *, ended: bool, timed: bool = True) -> None:
        """Print the last lines.

        `ended` is False after an interrupt; `timed` adds the seconds since the start.
        """
        telling = self.failures or self.left_out or self.empty or self.outdated or not ended
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
        if self.progress.done and timed:
            line += f" in {self.progress.seconds:.1f} s ({format_rate(self.progress.rate)})"
        self._line(line)
        self._warn_of_outdated()

    @property
    def empty(self) -> int:
        """Return the number of pictures in which nothing was found."""
        return sum(each.quality == NOTHING for each in self.records.values())

    @property
    def unsure(self) -> int:
        """Return the number of cut-outs that need a review."""
        return sum(each.quality == UNSURE for each in self.records.values())

    def _skipped(self) -> list[str]:
        """Return how many pictures are up to date, and how many files are no pictures."""
        skipped = self.skipped
        counts = [f"{skipped} already up to date"] if skipped else []
        if self.left_out:
            kinds = ", ".join(printable(each) for each in sorted(self.left_out))
            counts.append(f"{self.left_out.total()} left out: {kinds}")
        return counts

    def _warn_of_outdated(self) -> None:
        if self.outdated:
            which = "cut-out was" if self.outdated == 1 else "cut-outs were"
            self._line(f"{self.outdated} kept {which} made with other options; use --update")

    def _tell_if_empty(self, record: Record) -> None:
        if record.quality == NOTHING and not self.quiet:
            self._line(f"{record.picture}: No subject was found.")

    def _record(self, record: Record) -> None:
        self.records[record.picture] = record

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.print_above(text)
        else:
            with suppress(OSError):  # the reader of the messages may have gone
                self.stream.write(f"{text}\n")
                self.stream.flush()
