"""Read the command line of ``python -m evaluation``."""

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path

from cutout.choices import Model
from evaluation.contenders import PEERS
from evaluation.metrics import ONLY

OUT = Path("build/evaluation")
NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")


def parse(given: Sequence[str] | None) -> Namespace:
    """Return the options; exit with a message if they are wrong. None stands for `sys.argv`."""
    parser = ArgumentParser(prog="python -m evaluation")
    parser.add_argument("sets", type=Path, help="folder of sets, each with im/ and gt/")
    parser.add_argument("--packages", type=Path, help="folder of packages, instead of npm and pip")
    parser.add_argument("--out", type=Path, default=OUT)
    _add_contenders(parser)
    parser.add_argument("--jobs", type=_count, default=2, help="processes that measure")
    parser.add_argument("--only", choices=ONLY, help="skip the measures of structure and edges")
    parser.add_argument("--log", type=Path, help="Markdown file to add a row to")
    parser.add_argument("--candidate", help="what was measured, for the log")
    options = parser.parse_args(given)
    options.masks = dict(options.masks)
    if (options.log is None) != (not options.candidate):
        parser.error("--log needs --candidate TEXT, and --candidate needs --log FILE")
    if not options.models and options.masks.keys() <= set(PEERS):
        parser.error("nothing to compare: name --models or --masks")
    return options


def _add_contenders(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--models",
        type=Model,
        nargs="*",
        default=list(Model),
        help="our models (default: all; without a value: none, for --masks alone)",
    )
    parser.add_argument(
        "--masks",
        type=_named_folder,
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="a contender whose masks are made already, FOLDER/SET/NAME.png; repeatable. The name "
        "of a model's or a peer's contender replaces its masks",
    )


def _named_folder(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if not NAME.fullmatch(name) or not folder:
        raise ArgumentTypeError(f"{text} is not NAME=FOLDER, with a NAME of letters and digits")
    return name, Path(folder)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a number of processes")
    return int(text)
