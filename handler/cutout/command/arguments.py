"""The command line."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from cutout import __version__
from cutout.choices import CUT_OUTS, MARGIN, FileFormat, Mode, Model
from cutout.command.problems import UsageError, shown

Choice = TypeVar("Choice", bound=StrEnum)

STANDARD, END = "-", "--"
CROP, NO_MARGIN = "--crop", "0"
EXAMPLES = """examples:
  cutout photo.jpg                       writes photo-cutout.png beside it
  cutout photos/ -o out/                 every picture in the folder, at any depth
  cutout 'photos/**/*.jpg' -o out/ --background white
  cutout - < photo.jpg > cut-out.png
  CUTOUT_KEY=... cutout photos/ -o out/ --url https://abc123.execute-api.eu-west-1.amazonaws.com

exit code: 0 all done, 1 some failed, 2 wrong usage, 130 interrupted
"""


@dataclass(frozen=True)
class Arguments:
    """What was asked for. None: not given."""

    inputs: tuple[str, ...]
    output: str | None
    mode: Mode
    format: FileFormat | None
    background: str | None
    crop: str | None
    jobs: int | None
    model: Model | None
    url: str | None
    key: str | None
    force: bool
    quiet: bool
    verbose: bool


def parse(argv: Sequence[str] | None) -> Arguments:
    """Ends the process with 2 where the arguments make no sense, and with 0 after `--help`."""
    parser = _parser()
    options, names = _apart(sys.argv[1:] if argv is None else argv)
    given = vars(parser.parse_intermixed_args(_with_margins(options)))
    inputs = (*given.pop("inputs"), *names)
    try:
        return _checked(Arguments(inputs, **given))
    except UsageError as error:
        parser.error(str(error))


def _apart(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What follows `--` is names. (argparse takes it among mixed arguments for one of them.)"""
    if END not in argv:
        return argv, ()
    at = list(argv).index(END)
    return argv[:at], argv[at + 1 :]


def _with_margins(options: Sequence[str]) -> list[str]:
    """A margin may be left out. (argparse would take whatever follows for one.)"""
    found: list[str] = []
    for each in options:
        if found[-1:] != [CROP]:
            found.append(each)
        elif MARGIN.fullmatch(each):
            found[-1] = f"{CROP}={each}"
        else:
            found[-1:] = [f"{CROP}={NO_MARGIN}", each]
    return [f"{CROP}={NO_MARGIN}" if each == CROP else each for each in found]


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port  # raises as well
    except ValueError:
        return False
    usual = parts.scheme in {"http", "https"} and parts.hostname and port != 0
    return bool(usual) and not parts.query and not parts.fragment


def _checked(given: Arguments) -> Arguments:
    if not given.inputs:
        raise UsageError("name a picture, a folder, or - for standard input")
    if STANDARD in given.inputs and len(given.inputs) > 1:
        raise UsageError("standard input (-) goes with no other input")
    if given.url is None:
        return given
    if not _is_address(given.url):
        raise UsageError(f"--url is the API's address, as https://...: {shown(given.url)}")
    if given.model is not None:
        raise UsageError("--model is for this machine: an API has its own")
    return given


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="cutout",
        description="Remove the background of pictures: JPEG or PNG in, PNG or WebP out.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="files, folders, patterns in quotes, or - for standard input",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE|FOLDER/",
        help="where to; default: beside each picture, as NAME-cutout.png; - is standard output",
    )
    parser.add_argument(
        "--mode",
        type=_one_of(Mode),
        choices=list(Mode),
        default=Mode.FG_IMAGE,
        help="what to make (default: %(default)s)",
    )
    parser.add_argument(
        "--background",
        metavar="COLOR|FILE",
        help="lay the object on a colour (white, #ffcc00) or on a picture",
    )
    parser.add_argument(
        "--crop",
        metavar="MARGIN",
        help="cut down to the object; with a margin (30px, 10%%), if one follows",
    )
    parser.add_argument(
        "--format",
        type=_one_of(FileFormat, CUT_OUTS),
        choices=list(CUT_OUTS),
        help="of the cut-outs (default: png, or what the name after -o says)",
    )
    parser.add_argument("--force", action="store_true", help="make what is there already, too")
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="pictures in work at once (default: the processors, at most 4; with --url 4)",
    )
    parser.add_argument(
        "--model",
        type=_one_of(Model),
        choices=list(Model),
        help="auto (default) looks a second time where that can change the cut-out, best always "
        "does, fast never",
    )
    remote = parser.add_argument_group("by a deployed API")
    remote.add_argument("--url", help="its address; without it the work is done here")
    remote.add_argument(
        "--key",
        default=os.environ.get("CUTOUT_KEY") or None,
        help="its key; better in the environment, as CUTOUT_KEY",
    )
    said = parser.add_mutually_exclusive_group()
    said.add_argument("-q", "--quiet", action="store_true", help="failures only")
    said.add_argument("-v", "--verbose", action="store_true", help="a line for each picture")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _one_of(kind: type[Choice], allowed: Sequence[Choice] = ()) -> Callable[[str], Choice]:
    """Return a reader of an enumeration's values, or of those that are allowed."""
    values = list(allowed or kind)

    def chosen(text: str) -> Choice:
        if text in values:
            return kind(text)
        raise ArgumentTypeError(f"choose from {', '.join(values)}: {shown(text)}")

    return chosen


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise ArgumentTypeError(f"a number above 0: {shown(text)}")
