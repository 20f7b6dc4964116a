"""Add the options that `cutout` and `cutout batch` share to a parser."""

from argparse import ArgumentParser

from cutout.choices import Model
from cutout.command.values import one_of


def add_model(parser: ArgumentParser) -> None:
    """Add `--model`."""
    parser.add_argument(
        "--model",
        type=one_of(Model),
        choices=list(Model),
        help="auto runs the network a second time where that can change the cut-out, best always "
        "does, fast never (default: auto)",
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
