"""Errors of the command, and how names and system messages are printed in them."""

from dataclasses import dataclass


class CommandError(Exception):
    """Ends the whole run. The message is one line."""


class UsageError(CommandError):
    """The arguments contradict each other. The message is one line."""


class TaskError(Exception):
    """Ends the work on one picture. The message is one line."""


@dataclass(frozen=True)
class Problem:
    """A picture, file or folder that cannot be processed, and why."""

    name: str
    message: str


def printable(name: object) -> str:
    """Return a name with every character that isn't printable escaped, so that it can neither move
    the terminal's cursor nor begin a line."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode()
        for each in str(name)
    )


def system_message(error: OSError) -> str:
    """Return the operating system's message, without the error number and the file name."""
    return f"{error.strerror or str(error) or type(error).__name__}."
