"""Check the places that the command line names, before any work is done."""

import os
from glob import has_magic
from pathlib import Path

from cutout.command.arguments import Arguments
from cutout.command.errors import CommandError, UsageError, printable
from cutout.command.inputs import fixed_part, is_address, is_folder, is_there
from cutout.command.masks import one_for_several
from cutout.command.outputs import Destination, is_single
from cutout.command.records import require_writable
from cutout.command.spelling import Spellings


def require_working_directory() -> None:
    """Raise `CommandError` if the working directory was removed: paths are relative to it."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise CommandError("The working directory was removed. Change to another one.") from error


def require_places(given: Arguments, to: Destination) -> None:
    """Raise `UsageError` or `CommandError` if `--mask`, `--review` or `--report` can't be used."""
    if given.mask is not None:
        _require_mask(given, given.mask)
    if given.review is not None:
        if is_address(given.review):
            raise UsageError(f"--review is an address, not a folder: {printable(given.review)}")
        _require_review(given, to, Path(given.review))
    if given.report is not None and is_address(given.report):
        raise UsageError(f"--report is an address, not a file: {printable(given.report)}")
    if given.report is not None and not given.dry_run:
        require_writable(Path(given.report))


def _require_mask(given: Arguments, mask: str) -> None:
    if is_address(mask):
        raise UsageError(f"--mask is an address; download the mask: {printable(mask)}")
    if not is_there(Path(mask)):
        raise UsageError(f"--mask is neither a file nor a folder: {printable(mask)}")
    if given.watch and not is_folder(mask) and not is_single(given.inputs):  # more may come
        raise one_for_several(Path(mask))


def _require_review(given: Arguments, to: Destination, review: Path) -> None:
    """Raise `UsageError` unless the folder is apart from the pictures and the other cut-outs.

    It may lie inside their folder, where it is skipped.
    """
    if is_there(review) and not review.is_dir():
        raise UsageError(f"--review is not a folder: {printable(review)}")
    root = Spellings([os.path.realpath(review)])
    output = to.folder if to.file is None else to.file.parent
    if output is not None and root.find(os.path.realpath(output)) is not None:
        raise UsageError(f"--review must not be the folder of the cut-outs: {printable(review)}")
    for each in given.inputs:
        folder = _searched(each)
        if folder is None and output is None and not to.standard:
            folder = Path(each).parent  # its cut-out goes there
        if folder is not None and root.holds(os.path.realpath(folder)):
            raise UsageError(f"--review holds the pictures themselves: {printable(review)}")


def _searched(named: str) -> Path | None:
    """Return the folder that an input searches for pictures, None if it names a file."""
    path = Path(named)
    if is_folder(path):
        return path
    return fixed_part(named) if has_magic(named) and not path.exists() else None
