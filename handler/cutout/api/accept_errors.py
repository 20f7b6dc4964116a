"""Keep the log short while no connection can be accepted."""

import logging
from errno import EMFILE, ENFILE, ENOBUFS, ENOMEM

from cutout.timing import Elapsed

REPEAT_SECONDS = 60.0
EXHAUSTED = frozenset({EMFILE, ENFILE, ENOBUFS, ENOMEM})
RETRY = "_start_serving"
"""The function of asyncio that accepts connections again."""


class AcceptErrors(logging.Filter):
    """Log a lack of file descriptors as one line, and again after `repeat_seconds`.

    asyncio accepts connections again a second after it ran out of descriptors. Until then clients
    wait, but it logs a traceback for each of its attempts (`cutout.api.server.BACKLOG`), and
    another one for each if the server has stopped by then.
    """

    def __init__(self, repeat_seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self._repeat_seconds = repeat_seconds
        self._logged: Elapsed | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record; put one line in the place of a traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ValueError) and RETRY in record.getMessage():
            return False  # the server has stopped: its socket is closed
        if not isinstance(error, OSError) or error.errno not in EXHAUSTED:
            return True
        if self._logged is not None and self._logged.seconds() < self._repeat_seconds:
            return False
        self._logged = Elapsed()
        record.msg = "New connections wait (%s). Limit them in a proxy, or raise `ulimit -n`."
        record.args, record.exc_info = (error.strerror,), None
        return True
