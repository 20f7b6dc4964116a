"""Until when a request may take."""

from dataclasses import dataclass
from time import monotonic
from typing import Self


@dataclass(frozen=True)
class Deadline:
    """A moment that whoever may take long asks about: the download, the refinement, the stronger
    compression, the storage. Each leaves some of the time to those that come after it."""

    end: float  # of `time.monotonic`

    @classmethod
    def after(cls, seconds: float) -> Self:
        """So many seconds from now."""
        return cls(monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left; 0 where there are none."""
        return max(0.0, self.end - monotonic())

    def earlier(self, seconds: float) -> Self:
        """The same, less what others will need."""
        return type(self)(self.end - seconds)

    def within(self, seconds: float) -> Self:
        """The same, and at most so many seconds from now."""
        return type(self)(min(self.end, monotonic() + seconds))
