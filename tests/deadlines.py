"""Deadlines that follow a script instead of the clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

from cutout.timing import Deadline


@dataclass(frozen=True)
class Scripted(Deadline):
    """Answer each `remaining()` with the next of the given seconds, however long it takes."""

    left: Iterator[float] = field(default_factory=lambda: iter(()))

    @classmethod
    def answers(cls, seconds: Iterable[float]) -> Self:
        return cls(end=0.0, left=iter(seconds))

    def remaining(self) -> float:
        return next(self.left)
