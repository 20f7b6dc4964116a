"""Tell pictures from other objects by their keys, and name their outputs."""

from dataclasses import dataclass

from cutout.choices import Mode
from cutout.errors import KeyTooLongError
from cutout.storage.storage import AnswerKind

INBOX, OUTBOX = "inbox", "outbox"
MAX_KEY_BYTES = 1024  # S3 user guide, "Naming Amazon S3 objects"
LEFT_BY_DESKTOPS = frozenset({"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"})
"""Folders and files in lower case; `.DS_Store` and `._*` are hidden."""


def file_name(key: str) -> str:
    """Return the last part of the key."""
    return key.rpartition("/")[2]


@dataclass(frozen=True)
class Places:
    """Hold the folders of the bucket that pictures come from and outputs go to.

    Neither name begins or ends with a slash. An empty `inbox` is the whole bucket; the outbox may
    lie in the inbox, but not the other way round.
    """

    inbox: str = INBOX
    outbox: str = OUTBOX

    @property
    def prefix(self) -> str:
        """Return what the keys of all pictures begin with."""
        return f"{self.inbox}/" if self.inbox else ""

    def is_picture(self, key: str) -> bool:
        """Return whether a key may be a picture's.

        The console writes empty objects such as `inbox/shoes/` for folders, a key outside the inbox
        or in the outbox would make the function process its own results, and HTTP can't ask for `.`
        and `..`. Hidden files, and those that desktops leave in every folder, come along when a
        folder is copied.
        """
        if not key.startswith(self.prefix) or key.startswith(f"{self.outbox}/"):
            return False
        path = self._below(key).split("/")
        if not path[-1]:
            return False
        return not any(each.startswith(".") or each.lower() in LEFT_BY_DESKTOPS for each in path)

    def mode_of(self, key: str) -> Mode:
        """Return the mode that the first folder names: `inbox/fg-mask/shoes/1.jpg`."""
        first, *rest = self._below(key).split("/")
        return Mode(first) if rest and first in set(Mode) else Mode.FG_IMAGE

    def output_key(self, key: str, kind: AnswerKind) -> str:
        """Return the path in the outbox, with one more suffix to keep `1.jpg` and `1.png` apart.

        Raise `KeyTooLongError` if S3 can't store it.
        """
        output = f"{self.outbox}/{self._below(key)}.{kind}"
        if (size := len(output.encode())) > MAX_KEY_BYTES:
            raise KeyTooLongError(size, MAX_KEY_BYTES)
        return output

    def _below(self, key: str) -> str:
        return key.removeprefix(self.prefix)
