"""Remember the options of cut-outs, in a hidden file of each folder with cut-outs.

Each line of the file is a JSON object. It holds the name of a cut-out; its options, except
defaults; its picture and its own digest, which distinguish an outdated cut-out from other files;
the sizes of picture and mask, which show whether it was made from other files with these names; and
its size and quality, which later runs report. Lines of older versions have only the first two. The
last line of a name counts. A cut-out without a line was made with the defaults. A run with an
output folder, a report or a review folder records every cut-out. Other runs add no line for a fine
cut-out with default options: `cutout photo.jpg` leaves no hidden file beside the photo. Lines are
only appended, each by one write, so that two runs may use a folder at once, and a run that is
killed loses nothing else.
"""

import errno
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from hashlib import md5
from pathlib import Path
from threading import Lock

from cutout.choices import FileFormat, Mode
from cutout.command.errors import printable, system_message
from cutout.command.inputs import resolved
from cutout.command.records import FINE_OR_UNKNOWN, UNKNOWN, Doubt, Made, parse_doubt
from cutout.options import Background, Options, ShadowLook, Source

HISTORY = ".cutout.jsonl"
NAME, OPTIONS, PICTURE, DIGEST = "cutout", "options", "picture", "md5"
SIZE, QUALITY, SOURCES = "bytes", "quality", "sources"
LINE_BYTES = 64 * 1024  # longer lines are no run's own
MAX_BYTES = 256 * 1024 * 1024  # lines of half a million cut-outs in one folder
AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Flags for opening the file, which may come with photos of somebody else: a link could lead to the
user's own files, and a pipe have no reader. Windows has neither flag."""
LOSSY = frozenset({FileFormat.JPG, FileFormat.WEBP, FileFormat.ZIP})


def made_with(options: Options) -> dict[str, object]:
    """Return, as JSON, the options that a cut-out depends on and that are not the default.

    A background's file is represented by its digest. The format is left out, because the cut-out's
    name shows it.
    """
    usual = Options()
    effective = replace(
        options,
        format=usual.format,
        quality=options.quality if options.format in LOSSY else usual.quality,
        background=options.laid_on or Background(),
        shadow=options.shadow if options.mode is Mode.FG_IMAGE_SHADOW else ShadowLook(),
    )
    names = [each.name for each in fields(Options)]
    found = {name: getattr(effective, name) for name in names}
    return {name: _plain(value) for name, value in found.items() if value != getattr(usual, name)}


def origin(cut_out: Path, picture: Path, content: bytes) -> dict[str, str]:
    """Return the entries that identify a cut-out: its picture's path and its own digest."""
    return {PICTURE: _place(cut_out, picture), DIGEST: _digest(content)}


def _digest(content: bytes) -> str:
    return md5(content, usedforsecurity=False).hexdigest()


def _place(cut_out: Path, picture: Path) -> str:
    """Return the picture's path relative to the cut-out's folder, with linked folders resolved."""
    return os.path.relpath(resolved(picture), Path(resolved(cut_out)).parent)


def confidence(made: Made) -> dict[str, object]:
    """Return a cut-out's size and quality as JSON, nothing if an API reported no quality."""
    if made.quality is None:
        return {}
    values = {
        "hint": made.quality,
        "undecided": made.undecided,
        "disagreement": made.disagreement,
    }
    return {SIZE: len(made.content), QUALITY: values}


def _plain(value: object) -> object:
    """Return a value of `Options` as JSON."""
    if isinstance(value, Source):
        return value.md5
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


class History:
    """Compare cut-outs with the options of this run, and record those that it makes.

    Several threads may use it. `note` is called once for each folder whose record can't be used; no
    picture fails because of that. With `complete`, every cut-out is recorded. A record with more
    than `max_bytes` of cut-outs' last lines can't be used.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        note: Callable[[str], object] | None = None,
        *,
        complete: bool = False,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._max_bytes = max_bytes
        self._options, self._note, self._complete = dict(options), note, complete
        self._noted: set[str] = set()
        self._folders: dict[Path, _Folder] = {}
        self._lock = Lock()

    def differs(self, cut_outs: Iterable[Path]) -> bool:
        """Return whether the newest of these files is known to be made with other options."""
        times = {}
        for each in cut_outs:
            with suppress(OSError):  # absent, or in a folder that can't be examined
                times[each] = each.stat().st_mtime_ns
        if not times:
            return False
        newest = max(times, key=lambda each: times[each])
        try:
            with self._lock:
                return self._folder(newest).options(newest.name) != self._options
        except OSError as error:
            self._tell(newest, "read", error)
            return False

    def doubt(self, cut_out: Path, picture: Path) -> Doubt:
        """Return the recorded quality of a picture's cut-out, unless it was changed since.

        Compare the recorded picture and size, and the digest only if a review is needed: reading
        all files of a large folder that is up to date would take long.
        """
        try:
            with self._lock:
                known = self._folder(cut_out).line(cut_out.name)
            expected = {PICTURE: _place(cut_out, picture), SIZE: cut_out.stat().st_size}
        except OSError as error:
            self._tell(cut_out, "read", error)
            return UNKNOWN
        if not expected.items() <= known.items():
            return UNKNOWN
        doubt = parse_doubt(known.get(QUALITY))
        is_known = doubt[0] in FINE_OR_UNKNOWN or self.is_own(cut_out, picture)
        return doubt if is_known else UNKNOWN

    def is_of_other_sources(self, cut_out: Path, sizes: Mapping[str, int]) -> bool:
        """Return whether a file is recorded as the cut-out of files of other sizes.

        Modification times are not enough: a photo from another folder may be older than the
        cut-out. A file that was changed since it was recorded may hold manual work, and counts as
        up to date.
        """
        try:
            with self._lock:
                line = self._folder(cut_out).line(cut_out.name)
            known = line.get(SOURCES)
            if not isinstance(known, dict):
                return False
            if all(known.get(role, size) == size for role, size in sizes.items()):
                return False
            return _digest(cut_out.read_bytes()) == line.get(DIGEST)
        except OSError as error:
            self._tell(cut_out, "read", error)
            return False

    def record(
        self, cut_out: Path, details: Mapping[str, object] | None = None, *, needed: bool = False
    ) -> None:
        """Record that a cut-out was made with the options of this run.

        `details` are what `origin` and `confidence` return for it, and the sizes of its sources.
        Without a line, a cut-out made with the defaults gets one only if that is `needed`.
        """
        line = {NAME: cut_out.name, OPTIONS: self._options} | dict(details or {})
        try:
            with self._lock:
                folder = self._folder(cut_out)
                known = folder.line(cut_out.name)
                if known != line and (known or self._options or needed or self._complete):
                    folder.append(line)
        except OSError as error:
            self._tell(cut_out, "written", error)

    def is_own(self, cut_out: Path, picture: Path) -> bool:
        """Return whether a file is recorded as the cut-out of a picture, and is unchanged."""
        try:
            expected = origin(cut_out, picture, cut_out.read_bytes())
            with self._lock:
                return expected.items() <= self._folder(cut_out).line(cut_out.name).items()
        except OSError:
            return False

    def _tell(self, cut_out: Path, verb: str, error: OSError) -> None:
        text = f"{printable(cut_out.parent / HISTORY)} can't be {verb}: {system_message(error)}"
        with self._lock:
            is_new = text not in self._noted
            self._noted.add(text)
        if is_new and self._note is not None:
            self._note(text)

    def _folder(self, cut_out: Path) -> "_Folder":
        """Return the record of a cut-out's folder."""
        return self._folders.setdefault(
            cut_out.parent, _Folder(cut_out.parent / HISTORY, self._max_bytes)
        )


def _opened(path: str, flags: int) -> int:
    """Return the descriptor of a file that is no link and that can be opened at once."""
    return os.open(path, flags | AS_IT_IS, 0o666)


@dataclass
class _Folder:
    """Hold the last line of each cut-out in one folder's file, at most `max_bytes` of them."""

    path: Path
    max_bytes: int
    size: int = 0
    """Bytes that have been read."""
    known: dict[str, bytes] = field(default_factory=dict)
    """Unparsed lines, which take less memory."""
    known_bytes: int = 0
    is_in_long_line: bool = False
    """Whether the next bytes go on with a line that is too long."""
    is_unfinished: bool = False
    """Whether the last line is incomplete."""

    def options(self, name: str) -> object:
        """Return the recorded options of a cut-out. Raise `OSError` if the file can't be read."""
        return self.line(name).get(OPTIONS, {})

    def line(self, name: str) -> dict[str, object]:
        """Return the last line of a cut-out. Raise `OSError` if the file can't be read."""
        self._read_on()
        return _parsed(self.known.get(name, b""))

    def append(self, record: Mapping[str, object]) -> None:
        """Append a line to the file. Raise `OSError` if that fails.

        Start a new line if the file's last one is incomplete. If another run was only about to
        complete it, an empty line stays between the two, and readers pass it over.
        """
        start = "\n" if self.is_unfinished else ""
        # the buffer sends it at once, and raises if the disk takes only a part
        with open(self.path, "ab", buffering=LINE_BYTES, opener=_opened) as file:
            file.write(f"{start}{json.dumps(record)}\n".encode())

    def _read_on(self) -> None:
        """Read what was appended to the file; start again if it is shorter than before."""
        try:
            size = self.path.lstat().st_size
        except FileNotFoundError:
            size = 0
        if size < self.size:
            self.size, self.known, self.known_bytes = 0, {}, 0
            self.is_in_long_line = self.is_unfinished = False
        if size == self.size:
            return
        with open(self.path, "rb", opener=_opened) as file:
            file.seek(self.size)
            while part := file.readline(LINE_BYTES):
                self.is_unfinished = not part.endswith(b"\n")
                if self.is_unfinished and len(part) < LINE_BYTES:
                    return  # it is read again once it is longer
                if not self.is_unfinished and not self.is_in_long_line:
                    self._take(part)
                self.is_in_long_line = self.is_unfinished
                self.size += len(part)

    def _take(self, line: bytes) -> None:
        """Keep a cut-out's line. Raise `OSError` if all of them are too many bytes."""
        found = _parsed(line)
        if not found:
            return
        name = str(found[NAME])
        kept = self.known_bytes - len(self.known.get(name, b"")) + len(line)
        if kept > self.max_bytes:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        self.known[name], self.known_bytes = line, kept


def _parsed(line: bytes) -> dict[str, object]:
    """Return the entries of a line, none of one that a killed run left incomplete."""
    try:
        found = json.loads(line)
        return dict(found) | {NAME: found[NAME], OPTIONS: found[OPTIONS]}
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
