"""Define the command's errors, and how names and system messages are printed in them."""

import re
from dataclasses import dataclass

PASSWORD = re.compile(r"(?<=//)\S*@|[^\s/:=]+:(?!//)\S*@")
"""User and password of an address, also where a password makes the address invalid."""


class CommandError(Exception):
    """End the whole run with a message of one line."""


class UsageError(CommandError):
    """Report arguments that contradict each other, in a message of one line."""


class TaskError(Exception):
    """End the work on one picture with a message of one line."""


@dataclass(frozen=True)
class Problem:
    """Name a picture, file or folder that cannot be processed, and why."""

    name: str
    message: str


def printable(name: object) -> str:
    """Return a name with every unprintable character escaped.

    It can then neither move the terminal's cursor nor begin a line.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode()
        for each in str(name)
    )


def without_password(text: str) -> str:
    """Return a text with asterisks in place of the user and password of an address."""
    return PASSWORD.sub("***@", text)


def system_message(error: OSError) -> str:
    """Return the operating system's message, without the error number and the file name."""
    return f"{error.strerror or str(error) or type(error).__name__}."
