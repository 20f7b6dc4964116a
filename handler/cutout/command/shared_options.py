"""Provide the commands' parser, and add the options that several of them share."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from cutout.choices import Model
from cutout.command.errors import printable, without_password
from cutout.command.values import one_of

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Parser(ArgumentParser):
    """Parse arguments; name the option that a misspelt one resembles."""

    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        """Print the help or the version. argparse itself ignores a failure to write it."""
        if file is sys.stdout is not None:
            print_out(message)
        else:
            super()._print_message(message, file)

    def error(self, message: str) -> NoReturn:
        """Print the usage and the message, and end the process with 2."""
        super().error(without_password(printable(message)))

    def parse(self, argv: Sequence[str]) -> Namespace:
        """Return the parsed arguments; options and names may be mixed."""
        given, unknown = self.parse_known_intermixed_args(argv)
        if unknown:
            self._refuse(unknown)
        return given

    def _refuse(self, unknown: list[str]) -> NoReturn:
        """Name unknown options without their values: the value of a misspelt `--key` is secret."""
        names = [each.partition("=")[0] for each in unknown if each.startswith("-")] or unknown
        options = [each for action in self._actions for each in action.option_strings]
        if os.path.lexists(unknown[0]):
            names, hint = unknown[:1], f"for the file, write ./{unknown[0]}"
        elif close := get_close_matches(names[0], options, 1):
            hint = f"did you mean {close[0]}?"
        else:
            hint = f"{self.prog} --help lists all"
        self.error(f"unrecognized arguments: {' '.join(names)} ({hint})")


def print_out(text: str) -> None:
    """Write to standard output. Raise `OSError` if that fails, unless its reader has gone."""
    with suppress(BrokenPipeError):
        print(text, end="", flush=True)


def add_model(parser: ArgumentParser) -> None:
    """Add `--model`."""
    parser.add_argument(
        "--model",
        type=one_of(Model),
        choices=list(Model),
        help="auto runs more networks where they can change the cut-out, best always runs "
        "all of them, fast never runs the slowest (default: auto)",
    )


def add_report(parser: ArgumentParser) -> None:
    """Add `--report`."""
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="write the outcome of each picture to a .json or .csv file",
    )


def add_verbosity(parser: ArgumentParser) -> None:
    """Add `--quiet` and `--verbose`."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-q", "--quiet", action="store_true", help="print failures only")
    group.add_argument("-v", "--verbose", action="store_true", help="print a line for each picture")
