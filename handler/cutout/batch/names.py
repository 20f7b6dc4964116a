"""Where a picture of the inbox goes, and what is made of it."""

from cutout.choices import Mode
from cutout.storage.storage import AnswerKind

INBOX, OUTBOX = "inbox", "outbox"


def is_picture(key: str) -> bool:
    """Whether a key may be one. The console writes empty objects like `inbox/shoes/` for folders;
    anything outside the inbox would lead the function to its own results; and HTTP has no way to
    ask for `.` and `..`."""
    folder, *path = key.split("/")
    return folder == INBOX and bool(path) and bool(path[-1]) and not {".", ".."} & set(path)


def mode_of(key: str) -> Mode:
    """A first folder named like a mode asks for it: `inbox/fg-mask/shoes/1.jpg`."""
    first, *rest = key.removeprefix(f"{INBOX}/").split("/")
    return Mode(first) if rest and first in set(Mode) else Mode.FG_IMAGE


def file_name(key: str) -> str:
    """The last part."""
    return key.rpartition("/")[2]


def output_key(key: str, kind: AnswerKind) -> str:
    """The same path with one more suffix, so that `1.jpg` and `1.png` stay apart."""
    return f"{OUTBOX}/{key.removeprefix(f'{INBOX}/')}.{kind}"
