"""Wall-clock time by stage, for the `Server-Timing` header and the benchmark."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Stages:
    """Collects ``{stage: milliseconds}`` of one request in the order they ran."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Adds the block's duration to `stage`, also when it raises."""
        start = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - start) * 1000
            self.milliseconds[stage] = self.milliseconds.get(stage, 0.0) + spent

    def rounded(self) -> dict[str, float]:
        """What there is so far, to a tenth of a millisecond: the pipeline may still be at it."""
        return {stage: round(time, 1) for stage, time in list(self.milliseconds.items())}

    def headers(self) -> dict[str, str]:
        """A `Server-Timing` header (W3C Server Timing)."""
        spent = (f"{stage};dur={time}" for stage, time in self.rounded().items())
        return {"Server-Timing": ", ".join(spent)}
