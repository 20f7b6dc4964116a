"""What the command says, all of it on standard error: standard output is for pictures."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TextIO

from cutout.command.errors import Problem, shown
from cutout.command.progress import Bar, pace
from cutout.command.tally import Tally
from cutout.command.tasks import Task


@dataclass
class Report:
    """A line for each failure, always; a bar on a terminal; a summary there, and wherever something
    failed. `quiet` leaves the failures, `verbose` adds a line for each picture."""

    tally: Tally
    skipped: int = 0
    problems: int = 0
    quiet: bool = False
    verbose: bool = False
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _bar: Bar | None = None
    _silent: bool = False

    @property
    def on_terminal(self) -> bool:
        """Whether somebody watches who can be drawn for."""
        return self.stream.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def failures(self) -> int:
        """Pictures, and names behind which there is none."""
        return self.problems + self.tally.failed

    @contextmanager
    def running(self) -> Iterator[None]:
        """With a bar, if there is anything to do and anybody to see it."""
        if self.on_terminal and not self.quiet and self.tally.total:
            self._bar = Bar(self.stream, self.tally)
        with self._bar.running() if self._bar else nullcontext():
            yield

    def problem(self, problem: Problem) -> None:
        """One that came up before any picture was looked at."""
        self.problems += 1
        self._line(f"{problem.name}: {problem.message}")

    def done(self, task: Task, seconds: float) -> None:
        """A cut-out is where it belongs."""
        if self._silent:  # then it may have been given up on its last step
            return
        self.tally.end(task.name, ok=True)
        if self.verbose:
            target = "standard output" if task.target is None else shown(task.target)
            self._line(f"{task.name}: {target} ({seconds:.2f} s)")

    def failed(self, task: Task, message: str, error: Exception | None = None) -> None:
        """There will be no cut-out; an `error` that nobody expected is shown where it came from, if
        that is asked for."""
        if self._silent:
            return
        self.tally.end(task.name, ok=False)
        self._line(f"{task.name}: {message}")
        if error is not None and self.verbose:
            self._line("".join(traceback.format_exception(error)).rstrip())

    def silence(self) -> None:
        """Of pictures that are given up nobody wants to hear."""
        self._silent = True

    def summary(self, *, ended: bool) -> None:
        """The last line; `ended` is false where somebody put an end to it."""
        if self.quiet or not (self.on_terminal or self.verbose or self.failures or not ended):
            return
        counts = [f"{self.tally.done} done"]
        if self.failures:
            counts.append(f"{self.failures} failed")
        if self.skipped:
            counts.append(f"{self.skipped} done before")
        if not ended:
            counts.append(f"{self.tally.total - self.tally.ended} not begun or not finished")
        line = ", ".join(counts)
        if self.tally.done:
            line += f" in {self.tally.seconds:.1f} s ({pace(self.tally.rate)})"
        self._line(line)

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.above(text)
        else:
            self.stream.write(f"{text}\n")
            self.stream.flush()
