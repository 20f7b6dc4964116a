"""Measure elapsed time, also while AWS Lambda has the instance frozen."""

from time import monotonic, time


class Elapsed:
    """Seconds since it was made, by whichever clock has advanced more.

    The monotonic clock may stand still while Lambda has the instance frozen (reported in
    hashicorp/vault-lambda-extension#150), and the wall clock may be set back.
    """

    def __init__(self) -> None:
        self._monotonic, self._wall = monotonic(), time()

    def seconds(self) -> float:
        """Return the seconds, at least 0."""
        return max(monotonic() - self._monotonic, time() - self._wall)
