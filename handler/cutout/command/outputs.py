"""Choose the destination of the cut-outs, and write files that are complete or absent."""

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryFile
from threading import Lock

from cutout.choices import FileFormat
from cutout.command.arguments import STANDARD, Arguments
from cutout.command.errors import TaskError, UsageError, printable, system_message
from cutout.command.inputs import is_address, is_folder, is_there

WRITABLE = frozenset((*(f".{each}" for each in FileFormat), ".jpeg"))
UNSUPPORTED = frozenset(
    ".jpe .jfif .gif .bmp .tif .tiff .avif .heic .jxl .pdf .svg".split()  # noqa: SIM905
)

REFUSALS = frozenset({errno.EINVAL, errno.EILSEQ, errno.ENOENT})
REFUSED = "The disk does not take this name"


@dataclass(frozen=True)
class Destination:
    """Name a folder, a file or standard output, at most one of the three.

    None of them stands for each picture's own folder.
    """

    format: FileFormat
    folder: Path | None = None
    file: Path | None = None
    standard: bool = False


def choose_destination(given: Arguments) -> Destination:
    """Return where the cut-outs go.

    Raise `UsageError` if inputs, output and format contradict each other.
    """
    output = given.output
    from_standard = STANDARD in given.inputs
    if from_standard and sys.stdin is None:
        raise UsageError("standard input is closed")
    if output == STANDARD or (output is None and from_standard):
        return _standard_output(given)
    if output is None:
        return Destination(_format(given))
    if is_address(output):
        raise UsageError(f"-o is an address, not a file or folder: {printable(output)}")
    if not _is_file(output):
        if is_there(Path(output)) and not Path(output).is_dir():
            raise UsageError(f"-o is a file, not a folder: {printable(output)}")
        if from_standard:
            raise UsageError("standard input has no name: give a file with -o")
        return Destination(_format(given), folder=Path(output))
    if not is_single(given.inputs):
        raise UsageError(f"several pictures need a folder: -o {printable(output)}/")
    kind = FileFormat(Path(output).suffix.lower().removeprefix("."))
    if given.format not in {None, kind}:
        raise UsageError(f"--format {given.format} contradicts -o {printable(output)}")
    return Destination(kind, file=Path(output))


def _standard_output(given: Arguments) -> Destination:
    if not is_single(given.inputs):
        raise UsageError("standard output takes one picture only")
    if sys.stdout is None:
        raise UsageError("standard output is closed")
    if sys.stdout.isatty():
        raise UsageError("not writing a picture to a terminal: redirect it, or name a file with -o")
    return Destination(_format(given), standard=True)


def _is_file(output: str) -> bool:
    """Return whether `output` means a file: by its suffix, unless it ends as a folder or is one."""
    if output.endswith(tuple(filter(None, (os.sep, os.altsep)))) or Path(output).is_dir():
        return False
    suffix = Path(output).suffix.lower()
    if suffix in UNSUPPORTED:
        raise UsageError(
            f"a cut-out is a PNG, WebP, JPEG or ZIP file, not {suffix}: {printable(output)}"
        )
    if suffix not in WRITABLE and Path(output).exists():
        raise UsageError(f"-o is a file but not a PNG, WebP, JPEG or ZIP: {printable(output)}")
    return suffix in WRITABLE


def is_single(inputs: Sequence[str]) -> bool:
    """Return whether the inputs can only be one picture."""
    (first, *others) = inputs
    if others or is_folder(first):
        return False
    return os.path.lexists(first) or is_address(first) or not has_magic(first)


def _format(given: Arguments) -> FileFormat:
    return given.format or FileFormat.PNG


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class OutputWriter:
    """Write cut-outs from several threads, until it is closed.

    `free_bytes` returns the free space of a folder's disk.
    """

    def __init__(self, free_bytes: Callable[[Path], int] = _free_bytes) -> None:
        self._lock, self._open = Lock(), True
        self._parts: set[Path] = set()
        self._writable: set[Path] = set()
        self._free_bytes = free_bytes
        self._did_not_fit: dict[int, int] = {}
        """Size in bytes of the last file that a disk had no space for, by the disk's `st_dev`."""

    def require_place(self, target: Path) -> None:
        """Raise `TaskError` if no file can be written to the target's folder, before the work.

        A folder that does not exist is left so; its parent is tried. A disk that was too full for a
        file is tried again when it has space for that file.
        """
        try:
            folder = next(each for each in target.absolute().parents if each.exists())
            self._require_space(folder)
            if folder in self._writable:
                return
            with TemporaryFile(dir=folder):
                self._writable.add(folder)
        except OSError as error:
            raise _unwritable(target, error) from error

    def write(self, target: Path | None, content: bytes) -> bool:
        """Write to the file `target`, or to standard output if it is None.

        Return whether that is done, which it isn't if this is closed meanwhile.

        A file has another name until it is complete. Raise `TaskError` and leave nothing behind if
        writing fails.
        """
        try:
            if target is not None:
                return self._write_file(target, content)
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        except OSError as error:
            raise _unwritable(target, error) from error
        return True

    def close(self) -> None:
        """Remove files that are not complete and write nothing more."""
        with self._lock:
            self._open = False
            for part in self._parts:
                with suppress(OSError):
                    part.unlink()
            self._parts.clear()

    def _write_file(self, target: Path, content: bytes) -> bool:
        with _refusals_told():
            target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{token_hex(8)}.part")
        try:
            with self._lock:
                if not self._open:
                    return False
                self._parts.add(part)
                file = part.open("xb")
            with file:
                file.write(content)
            return self._finish(part, target)
        except OSError as error:
            self._remove(part)
            if error.errno == errno.ENOSPC:
                self._did_not_fit[target.parent.stat().st_dev] = len(content)
            raise

    def _require_space(self, folder: Path) -> None:
        size = self._did_not_fit.get(folder.stat().st_dev)
        if size is not None and self._free_bytes(folder) < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _finish(self, part: Path, target: Path) -> bool:
        with self._lock:
            if self._open:
                with _refusals_told(part):
                    part.replace(target)
                self._parts.discard(part)
            return self._open

    def _remove(self, part: Path) -> None:
        with self._lock, suppress(OSError):
            self._parts.discard(part)
            part.unlink()


@contextmanager
def _refusals_told(part: Path | None = None) -> Iterator[None]:
    """Raise `OSError` with `REFUSED` if the block fails because the disk refuses a new name.

    If the block renames a file, that is `part`. File systems of Windows take no `?` or `:`; their
    drivers report an invalid argument, or that no such file exists.
    """
    try:
        yield
    except OSError as error:
        if error.errno in REFUSALS and (part is None or os.path.lexists(part)):
            raise OSError(error.errno, REFUSED) from error
        raise


def _unwritable(target: Path | None, error: OSError) -> TaskError:
    name = "Standard output" if target is None else printable(target)
    return TaskError(f"{name} can't be written: {system_message(error)}")
