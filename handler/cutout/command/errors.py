"""What can't be done, in a line each, and how names are shown in them."""

from dataclasses import dataclass


class CommandError(Exception):
    """Ends the whole run; the message is one line."""


class UsageError(CommandError):
    """The arguments make no sense together."""


class TaskError(Exception):
    """Ends the work on one picture; the message is one line."""


@dataclass(frozen=True)
class Problem:
    """Of one picture, file or folder."""

    name: str
    message: str


def shown(name: object) -> str:
    """A file's name as a terminal may show it: whatever isn't printable is escaped, so that a name
    can neither move the cursor nor begin a line of its own."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode()
        for each in str(name)
    )


def cause(error: OSError) -> str:
    """What the system says, without the number and the name."""
    return f"{error.strerror or str(error) or type(error).__name__}."
