"""A bar on a terminal: how much is done, how fast, how long it will take."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TextIO

from cutout.command.tally import Tally

WIDEST, NARROWEST = 30, 5
PAUSE = 0.2  # seconds between two drawings
CLEAR = "\r\x1b[K"


class Bar:
    """Draws a tally on a terminal's last line, from several threads."""

    def __init__(self, stream: TextIO, tally: Tally) -> None:
        self._stream, self._tally = stream, tally
        self._lock, self._stop = Lock(), Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Draws it again and again, so that the time goes on; takes it away in the end."""
        thread = Thread(target=self._tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()
            self._put(CLEAR)

    def above(self, line: str) -> None:
        """A line that stays."""
        self._put(f"{CLEAR}{line}\n")

    def _tick(self) -> None:
        while True:
            self._put(CLEAR + drawn(self._tally, _columns(self._stream)))
            if self._stop.wait(PAUSE):
                return

    def _put(self, text: str) -> None:
        with self._lock:
            self._stream.write(text)
            self._stream.flush()


def drawn(tally: Tally, columns: int) -> str:
    """One line, a column shorter than the terminal."""
    words = [f"{tally.ended}/{tally.total}"]
    if tally.bytes_total:
        words.append(f"{tally.bytes_sent / 1e6:.1f}/{tally.bytes_total / 1e6:.1f} MB sent")
    if tally.done:
        words.append(pace(tally.rate))
    left = tally.seconds_left()
    if left is not None:
        words.append(f"{clock(left)} left")
    if tally.failed:
        words.append(f"{tally.failed} failed")
    text = "  ".join(words)
    width = min(WIDEST, columns - len(text) - 4)
    if width < NARROWEST:
        return text[: max(0, columns - 1)]
    full = int(width * tally.share())
    return f"[{'#' * full}{'-' * (width - full)}] {text}"


def pace(rate: float) -> str:
    """Of pictures in a second, or of seconds for a picture."""
    return f"{rate:.1f}/s" if rate >= 1 else f"{1 / rate:.1f} s each"


def clock(seconds: float) -> str:
    """m:ss or h:mm:ss, rounded up."""
    minutes, rest = divmod(-int(-seconds // 1), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
