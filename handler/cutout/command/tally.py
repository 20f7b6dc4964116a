"""What there is to do, and what came of it so far."""

from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

HALF = 0.5  # of a picture's work is done when its file is sent


@dataclass
class Tally:
    """Counts from several threads. `bytes_total` is 0 where nothing has to be sent."""

    total: int
    bytes_total: int = 0
    done: int = 0
    failed: int = 0
    bytes_sent: int = 0
    start: float = field(default_factory=monotonic)
    _sending: dict[str, tuple[int, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def begin(self) -> None:
        """The clock starts when the work does, not while the model is loaded."""
        self.start = monotonic()

    def send(self, name: str, sent: int, size: int) -> None:
        """So many bytes of a picture are on their way; fewer than before where it is sent
        again."""
        with self._lock:
            before, _ = self._sending.get(name, (0, 0))
            self.bytes_sent += sent - before
            self._sending[name] = sent, size

    def end(self, name: str, *, ok: bool) -> None:
        """There is a cut-out, or there will be none."""
        with self._lock:
            self._sending.pop(name, None)
            self.done += ok
            self.failed += not ok

    @property
    def ended(self) -> int:
        """Done or failed."""
        return self.done + self.failed

    @property
    def seconds(self) -> float:
        """Since the start."""
        return monotonic() - self.start

    @property
    def rate(self) -> float:
        """Cut-outs in a second; a file that is none is found out in no time."""
        return self.done / max(self.seconds, 1e-9)

    def share(self) -> float:
        """0..1 of all work; what is being sent counts in part."""
        with self._lock:
            on_the_way = sum(HALF * sent / max(1, size) for sent, size in self._sending.values())
            return min(1.0, (self.ended + on_the_way) / max(1, self.total))

    def seconds_left(self) -> float | None:
        """At the pace so far; None before there is one."""
        share = self.share()
        return self.seconds * (1 - share) / share if share else None
