"""Cut-outs on their way to the disk: whole or not at all."""

import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Lock

from cutout.command.errors import TaskError, cause, shown


class Outputs:
    """Writes from several threads, until it is closed: then what isn't finished is removed, and
    nothing is begun."""

    def __init__(self) -> None:
        self._lock, self._open = Lock(), True
        self._parts: set[Path] = set()

    def write(self, target: Path | None, content: bytes) -> None:
        """To a file, by way of another beside it that takes its name when it is complete; to
        standard output without one. Raises `TaskError`; then there is no part of it."""
        try:
            if target is not None:
                self._write_file(target, content)
            else:
                sys.stdout.buffer.write(content)
                sys.stdout.buffer.flush()
        except OSError as error:
            name = "Standard output" if target is None else shown(target)
            raise TaskError(f"{name} can't be written: {cause(error)}") from error

    def _write_file(self, target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{token_hex(8)}.part")
        try:
            with self._lock:
                if not self._open:
                    return
                self._parts.add(part)
                file = part.open("xb")
            with file:
                file.write(content)
            self._finish(part, target)
        except OSError:
            self._remove(part)
            raise

    def close(self) -> None:
        """Whatever is half written goes."""
        with self._lock:
            self._open = False
            for part in self._parts:
                with suppress(OSError):
                    part.unlink()
            self._parts.clear()

    def _finish(self, part: Path, target: Path) -> None:
        with self._lock:
            if self._open:
                part.replace(target)
                self._parts.discard(part)

    def _remove(self, part: Path) -> None:
        with self._lock, suppress(OSError):
            self._parts.discard(part)
            part.unlink()
