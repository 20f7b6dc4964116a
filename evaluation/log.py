"""Keep a log of what was measured: one row of a Markdown table for each run."""

import hashlib
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cutout.choices import Model
from cutout.segment.model_file import WEIGHTS
from cutout.segment.network import LOOKS
from cutout.settings import Settings
from evaluation.report import Result, Results, interval, percent, share
from evaluation.table import row

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    *("date", "revision", "model files", "candidate", "sets", "geometric mean per picture"),
    *("per set", "wins", "clear losses", "disasters", "undecided"),
)
HEADING = f"""\
# Candidates

Each row is one run of `python -m evaluation SETS --log FILE --candidate TEXT`; its figures are
those of the report, against the better of the rembg peers on each picture.

{row(COLUMNS)}
{row(["---"] * len(COLUMNS))}
"""
DIGITS = 8


def append(path: Path, line: str) -> None:
    """Add a row to the log, which is created with a heading if it is missing."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADING)
    with path.open("a") as file:
        file.write(f"{line}\n")


def log_row(found: Results, sets: Path, models: Iterable[Model], candidate: str) -> str:
    """Return this run's row: the day (UTC), what was measured and every contender's figures."""
    text = " ".join(candidate.split()).replace("|", "\\|")
    overall = next(iter(found.values())).overall
    peer = {
        "disasters": f"better peer {share(overall.peer_disasters, overall)}",
        "undecided": f"better peer {percent(overall.peer_undecided)}",
    }
    return row(
        [
            str(datetime.now(UTC).date()),
            revision(ROOT),
            fingerprints(models) or "none",
            text,
            _sets(found, sets),
            _each(found, lambda result: interval(result.geometric.to_picture)),
            _each(found, lambda result: interval(result.geometric.to_set)),
            _each(found, lambda result: share(result.overall.wins, result.overall)),
            _each(found, lambda result: share(result.overall.clear_losses, result.overall)),
            _each(found, lambda r: share(r.overall.disasters, r.overall), peer["disasters"]),
            _each(found, lambda result: percent(result.overall.undecided), peer["undecided"]),
        ]
    )


def revision(folder: Path) -> str:
    """Return the short hash of the checkout, with ``-dirty`` if tracked files are changed."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=folder, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def fingerprints(models: Iterable[Model]) -> str:
    """Return the name and first 8 hex digits of the SHA-256 of each model's graph and weights."""
    folder = Settings().model_dir
    names = (*LOOKS, WEIGHTS) if list(models) else ()
    return ", ".join(f"{name} {_fingerprint(folder / name)}" for name in names)


def _fingerprint(path: Path) -> str:
    if not path.exists():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]


def _sets(found: Results, folder: Path) -> str:
    compared = next(iter(found.values())).compared
    names = {each.sample.set for each in compared}
    return f"{folder.resolve().name}: {len(compared)} pictures, {len(names)} sets"


def _each(found: Results, figure: Callable[[Result], str], *more: str) -> str:
    cells: Sequence[str] = [f"{name} {figure(result)}" for name, result in found.items()]
    return "; ".join([*cells, *more])
