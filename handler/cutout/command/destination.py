"""Where to: beside the pictures, into a folder, into one file, or to standard output."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path

from cutout.choices import CUT_OUTS, FileFormat
from cutout.command.arguments import STANDARD, Arguments
from cutout.command.problems import UsageError, shown

MADE = frozenset(f".{each}" for each in CUT_OUTS)
FOREIGN = frozenset(
    ".jpg .jpeg .jpe .jfif .gif .bmp .tif .tiff .avif .heic .jxl .pdf .svg".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Destination:
    """At most one of the three; none is beside the pictures."""

    format: FileFormat
    folder: Path | None = None
    file: Path | None = None
    standard: bool = False


def destination(given: Arguments) -> Destination:
    """Raises `UsageError` where inputs, output and format don't go together."""
    output = given.output
    from_standard = STANDARD in given.inputs
    if output == STANDARD or (output is None and from_standard):
        return _standard(given)
    if output is None:
        return Destination(_format(given))
    if not _is_file(output):
        if from_standard:
            raise UsageError("standard input has no name: give a file with -o")
        return Destination(_format(given), folder=Path(output))
    if not _is_one(given.inputs):
        raise UsageError(f"several pictures need a folder: -o {shown(output)}/")
    kind = FileFormat(Path(output).suffix.lower().removeprefix("."))
    if given.format not in {None, kind}:
        raise UsageError(f"--format {given.format} and -o {shown(output)} contradict each other")
    return Destination(kind, file=Path(output))


def _standard(given: Arguments) -> Destination:
    if not _is_one(given.inputs):
        raise UsageError("only one picture goes to standard output")
    if sys.stdout.isatty():
        raise UsageError("a picture is nothing for a terminal: redirect it, or name a file with -o")
    return Destination(_format(given), standard=True)


def _is_file(output: str) -> bool:
    """By its suffix, unless it says or is otherwise."""
    if output.endswith(tuple(filter(None, (os.sep, os.altsep)))) or Path(output).is_dir():
        return False
    suffix = Path(output).suffix.lower()
    if suffix in FOREIGN:
        raise UsageError(f"a cut-out is a PNG or WebP file, not {suffix}: {shown(output)}")
    if suffix not in MADE and Path(output).exists():
        raise UsageError(f"-o is a file, and no PNG or WebP: {shown(output)}")
    return suffix in MADE


def _is_one(inputs: Sequence[str]) -> bool:
    """Whether that can only be one picture."""
    (first, *others) = inputs
    if others or Path(first).is_dir():
        return False
    return os.path.lexists(first) or not has_magic(first)


def _format(given: Arguments) -> FileFormat:
    return given.format or FileFormat.PNG
