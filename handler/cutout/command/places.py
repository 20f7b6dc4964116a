"""Check the places that the command line names for results, before any work is done."""

from glob import has_magic
from pathlib import Path

from cutout.command.arguments import Arguments
from cutout.command.errors import UsageError, printable
from cutout.command.inputs import fixed_part, is_address, is_folder
from cutout.command.records import require_writable


def require_places(given: Arguments) -> None:
    """Raise `UsageError` or `CommandError` if `--review` or `--report` can't be used."""
    if given.review is not None:
        if is_address(given.review):
            raise UsageError(f"--review is an address, not a folder: {printable(given.review)}")
        _require_review(given, Path(given.review))
    if given.report is not None and is_address(given.report):
        raise UsageError(f"--report is an address, not a file: {printable(given.report)}")
    if given.report is not None and not given.dry_run:
        require_writable(Path(given.report))


def _require_review(given: Arguments, review: Path) -> None:
    """Raise `UsageError` unless the folder is apart from the pictures, whose place it would take.

    It may lie inside their folder, where it is skipped.
    """
    if review.exists() and not review.is_dir():
        raise UsageError(f"--review is not a folder: {printable(review)}")
    root = review.resolve()
    if given.output is not None and Path(given.output).resolve() == root:
        raise UsageError(f"--review must be another folder than -o: {printable(review)}")
    for each in given.inputs:
        folder = _searched(each)
        if folder is not None and folder.resolve().is_relative_to(root):
            raise UsageError(f"--review holds the pictures themselves: {printable(review)}")


def _searched(named: str) -> Path | None:
    """Return the folder that an input searches for pictures, None if it names a file."""
    path = Path(named)
    if is_folder(path):
        return path
    return fixed_part(named) if has_magic(named) and not path.exists() else None
