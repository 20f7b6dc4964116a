"""Parse the command line."""

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
from cutout.command.errors import UsageError, printable

Choice = TypeVar("Choice", bound=StrEnum)

STANDARD, END = "-", "--"
CROP, NO_MARGIN = "--crop", "0"
EXAMPLES = """examples:
  cutout photo.jpg                       write photo-cutout.png to the same folder
  cutout photos/ -o out/                 process every picture in the folder tree
  cutout 'photos/**/*.jpg' -o out/ --background white
  cutout - < photo.jpg > cut-out.png
  CUTOUT_KEY=... cutout photos/ -o out/ --url https://abc123.execute-api.eu-west-1.amazonaws.com
  cutout serve                           start the API on this machine: cutout serve --help

exit code: 0 all done, 1 some failed, 2 wrong usage, 3 a picture has no subject, 130 interrupted
"""


@dataclass(frozen=True)
class Arguments:
    """Hold the parsed command line; an option that isn't given is None."""

    inputs: tuple[str, ...]
    output: str | None
    mode: Mode
    format: FileFormat | None
    background: str | None
    crop: str | None
    jobs: int | None
    model: Model | None
    mask: str | None
    url: str | None
    key: str | None
    force: bool
    review: str | None
    report: str | None
    dry_run: bool
    quiet: bool
    verbose: bool


def parse(argv: Sequence[str] | None) -> Arguments:
    """Return the parsed arguments.

    Raise `SystemExit` with code 2 if they are invalid, and with 0 after `--help` and `--version`.
    """
    parser = _parser()
    options, names = _split_at_end(sys.argv[1:] if argv is None else argv)
    given = vars(parser.parse_intermixed_args(_with_margins(options)))
    inputs = (*given.pop("inputs"), *names)
    try:
        return _checked(Arguments(inputs, **given))
    except UsageError as error:
        parser.error(str(error))


def _split_at_end(argv: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return the arguments before `--` and the names after it.

    Among mixed arguments, argparse would take `--` for a name.
    """
    if END not in argv:
        return argv, ()
    at = list(argv).index(END)
    return argv[:at], argv[at + 1 :]


def _with_margins(options: Sequence[str]) -> list[str]:
    """Return the options with a margin for every `--crop`.

    Without one, argparse would take any next argument for the margin.
    """
    found: list[str] = []
    for each in options:
        if found[-1:] != [CROP]:
            found.append(each)
        elif MARGIN.fullmatch(each):
            found[-1] = f"{CROP}={each}"
        else:
            found[-1:] = [f"{CROP}={NO_MARGIN}", each]
    return [f"{CROP}={NO_MARGIN}" if each == CROP else each for each in found]


def _is_api_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port  # raises as well
    except ValueError:
        return False
    has_host = parts.scheme in {"http", "https"} and parts.hostname and port != 0
    return bool(has_host) and not parts.query and not parts.fragment


def _checked(given: Arguments) -> Arguments:
    if not given.inputs:
        raise UsageError("name a picture, a folder, or - for standard input")
    if STANDARD in given.inputs and len(given.inputs) > 1:
        raise UsageError("standard input (-) cannot be combined with other inputs")
    if given.report is not None and not given.report.lower().endswith((".json", ".csv")):
        raise UsageError(f"--report must end in .json or .csv: {printable(given.report)}")
    if given.url is None:
        return given
    if not _is_api_address(given.url):
        raise UsageError(f"--url must be an address like https://...: {printable(given.url)}")
    if given.model is not None:
        raise UsageError("--model works on this machine only; with --url the API has its own model")
    return given


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="cutout",
        description="Remove the background of JPEG and PNG pictures. Writes PNG or WebP.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        help="files, folders, quoted patterns, or - for standard input",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE|FOLDER/",
        help="output file or folder, or - for standard output (default: NAME-cutout.png in each "
        "picture's folder)",
    )
    parser.add_argument(
        "--mode",
        type=_one_of(Mode),
        choices=list(Mode),
        default=Mode.FG_IMAGE,
        help="kind of cut-out (default: %(default)s)",
    )
    parser.add_argument(
        "--background",
        metavar="COLOR|FILE",
        help="put the object on a colour (white, #ffcc00) or on a picture",
    )
    parser.add_argument(
        "--crop",
        metavar="MARGIN",
        help="crop to the object, with an optional margin (30px, 10%%)",
    )
    parser.add_argument(
        "--format",
        type=_one_of(FileFormat, CUT_OUTS),
        choices=list(CUT_OUTS),
        help="file format (default: png, or the suffix of -o)",
    )
    parser.add_argument(
        "--force", action="store_true", help="also replace cut-outs that are up to date"
    )
    parser.add_argument(
        "--review",
        metavar="FOLDER",
        help="write cut-outs that are unsure or empty to this folder instead",
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        help="write the outcome of each picture to a .json or .csv file",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only print what would be written, and where"
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="pictures processed at once (default: the number of processors, at most 4; "
        "with --url 4)",
    )
    parser.add_argument(
        "--model",
        type=_one_of(Model),
        choices=list(Model),
        help="auto runs the network a second time where that can change the cut-out, best always "
        "does, fast never (default: auto)",
    )
    parser.add_argument(
        "--mask",
        metavar="FILE|FOLDER",
        help="cut out by this mask, white is kept; for several pictures a folder of masks with the "
        "same names",
    )
    remote = parser.add_argument_group("use a deployed API")
    remote.add_argument("--url", help="the API's address (default: process on this machine)")
    remote.add_argument(
        "--key",
        default=os.environ.get("CUTOUT_KEY") or None,
        help="the API's key; other users can't see it in the environment variable CUTOUT_KEY",
    )
    verbosity = parser.add_mutually_exclusive_group()
    verbosity.add_argument("-q", "--quiet", action="store_true", help="print failures only")
    verbosity.add_argument(
        "-v", "--verbose", action="store_true", help="print a line for each picture"
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _one_of(kind: type[Choice], allowed: Sequence[Choice] = ()) -> Callable[[str], Choice]:
    """Return an argparse type that reads a value of the enumeration, or one of those allowed."""
    values = list(allowed or kind)

    def chosen(text: str) -> Choice:
        if text in values:
            return kind(text)
        raise ArgumentTypeError(f"choose from {', '.join(values)}: {printable(text)}")

    return chosen


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise ArgumentTypeError(f"must be a number above 0: {printable(text)}")
