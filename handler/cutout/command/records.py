"""Record the result of each picture, and write the records to a file."""

import csv
import errno
import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path
from secrets import token_hex
from shutil import copymode
from typing import TypeAlias

from cutout.command.errors import CommandError, printable, system_message
from cutout.command.inputs import real_path

FINE, UNSURE, NOTHING = "fine", "unsure", "found nothing"
HINTS = (FINE, UNSURE, NOTHING)
FINE_OR_UNKNOWN = frozenset({FINE, None})
"""Qualities that need no review; an API may not report any."""
DONE, KEPT, FAILED = "done", "kept", "failed"
IRREPLACEABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})
"""Errors of a folder that takes no other file, and of a file that is mounted (`docker run -v`)."""
FORMULA = re.compile(r"(^|;)(?=[=+@-])")
"""The places where a formula would begin. Some spreadsheets also split a text at semicolons."""


Doubt: TypeAlias = tuple[str | None, float | None, float | None]
"""The networks' confidence in a cut-out, as in `Made`: `quality`, `undecided`, `disagreement`."""
UNKNOWN: Doubt = (None, None, None)


def parse_doubt(value: object) -> Doubt:
    """Return the quality of an API's answer or a file; None for each missing or invalid value."""
    hint = value.get("hint") if isinstance(value, dict) else None
    if not isinstance(value, dict) or hint not in HINTS:
        return UNKNOWN
    undecided, disagreement = (
        float(each) if isinstance(each, float | int) and 0 <= each <= 1 else None
        for each in (value.get("undecided"), value.get("disagreement"))
    )
    return str(hint), undecided, disagreement


@dataclass(frozen=True)
class Made:
    """Hold a cut-out's file and the networks' confidence in it.

    The confidence is `fine`, `unsure` or `found nothing`; None if an API doesn't report it.
    """

    content: bytes
    quality: str | None = None
    undecided: float | None = None
    disagreement: float | None = None

    @property
    def is_fine(self) -> bool:
        """Return whether the cut-out needs no review."""
        return self.quality in FINE_OR_UNKNOWN


@dataclass(frozen=True)
class Record:
    """Hold one picture of the report.

    `outcome` is `done`, `kept` (it was up to date) or `failed`; `bytes` is the size of the cut-out.
    The confidence in a kept one is that of the run that made it, if it recorded any.
    """

    picture: str
    outcome: str
    cutout: str | None = None
    seconds: float | None = None
    bytes: int | None = None
    quality: str | None = None
    undecided: float | None = None
    disagreement: float | None = None
    message: str | None = None


def require_writable(path: Path) -> None:
    """Raise `CommandError` if a file can't be written, before there is work to report.

    Make its folder: it may be that of the cut-outs.
    """
    if path.is_fifo():  # its reader would take closing it for the end of the report
        return
    is_new = not os.path.lexists(path)  # a link that leads nowhere is the user's
    try:
        if not path.parent.exists():  # opening tells better why a file can't be a folder
            path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
        if is_new:
            path.unlink()
    except OSError as error:
        raise CommandError(f"{printable(path)}: {system_message(error)}") from error


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write a JSON list or a CSV table, by the suffix, in the pictures' order.

    An earlier report stays until the new one is complete. In a table, an apostrophe marks a text
    that spreadsheets would take for a formula. Raise `CommandError` if that fails.
    """
    rows = [asdict(each) for each in sorted(records, key=lambda each: each.picture)]
    if path.suffix.lower() == ".json":
        text = json.dumps(rows, indent=1) + "\n"
    else:
        table = StringIO()
        writer = csv.DictWriter(table, [each.name for each in fields(Record)], lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        text = table.getvalue()
    try:
        _write(real_path(path), text)
    except OSError as error:
        raise CommandError(f"{printable(path)}: {system_message(error)}") from error


def _cell(value: object) -> object:
    """Return a value without formulas: a file's name or an API's message may look like one."""
    return FORMULA.sub(r"\1'", value) if isinstance(value, str) else value


def _write(path: Path, text: str) -> None:
    """Write a file under another name first; write what can't be replaced in place."""
    if path.exists() and not path.is_file():
        path.write_text(text, "utf-8")
        return
    part = path.with_name(f".{token_hex(8)}.part")
    try:
        try:
            part.write_text(text, "utf-8")
            if path.exists():
                copymode(path, part)
            part.replace(path)
        except OSError as error:
            if error.errno not in IRREPLACEABLE:
                raise
            path.write_text(text, "utf-8")
    finally:
        with suppress(OSError):
            part.unlink()
