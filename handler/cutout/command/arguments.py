"""Parse the command line."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from cutout.choices import MARGIN, FileFormat, Mode, Model
from cutout.command.errors import UsageError, printable
from cutout.command.parser import build_parser
from cutout.key_text import VISIBLE_ASCII
from cutout.layout_options import LayoutOptions
from cutout.options import SHADOW_LIMITS, ShadowLook

STANDARD, END = "-", "--"
PLACES = ("output", "background", "mask", "review", "report")
"""Options that name a file or folder. A shell leaves them empty if a variable isn't set."""
CROP, NO_MARGIN = "--crop", "0"


@dataclass(frozen=True)
class Limits:
    """Limit an API's client: what is sent at once, the time for an answer, and its size.

    No option changes these limits.
    """

    large_bytes: int = 4_400_000
    """Bytes of a form that barely fits a Lambda function's request: 6 MiB, base64 included."""
    answer_seconds: float = 600.0
    """Time limit for a whole request and its answer, however slowly they trickle. An answer of
    90 MB, for a PNG of noise with 4096 x 4096 pixels, takes that long at 1.2 Mbit/s."""
    slowest_upload: int = 10_000
    """Bytes per second. The time limit grows by the time that an upload takes at this pace."""
    result_bytes: int = 400_000_000
    """Byte limit of an answer with a cut-out. An RGBA PNG of noise with the command's own limit of
    8192 x 8192 pixels has 269 MB, which are 358 MB in base64."""


@dataclass(frozen=True)
class Arguments:
    """Hold the parsed command line and its limits; an option that isn't given is None."""

    inputs: tuple[str, ...]
    output: str | None
    mode: Mode
    format: FileFormat | None
    quality: int | None
    background: str | None
    shadow: ShadowLook
    crop: str | None
    layout: LayoutOptions
    jobs: int | None
    model: Model | None
    mask: str | None
    url: str | None
    key: str | None
    force: bool
    update: bool
    watch: bool
    review: str | None
    report: str | None
    dry_run: bool
    quiet: bool
    verbose: bool
    limits: Limits


def parse(argv: Sequence[str] | None, limits: Limits | None = None) -> Arguments:
    """Return the parsed arguments, with the limits of an API's client.

    Raise `SystemExit` with code 2 if they are invalid, and with 0 after `--help` and `--version`.
    """
    parser = build_parser()
    options, names = _split_at_end(sys.argv[1:] if argv is None else argv)
    given = vars(parser.parse(_with_margins(options)))
    inputs = (*given.pop("inputs"), *names)
    shadow = ShadowLook(*(given.pop(f"shadow_{each}") for each in SHADOW_LIMITS))
    layout = _layout(given)
    try:
        return _checked(
            Arguments(inputs, shadow=shadow, layout=layout, limits=limits or Limits(), **given)
        )
    except UsageError as error:
        parser.error(str(error))


def _layout(given: dict[str, Any]) -> LayoutOptions:
    """Remove the options of the layout from those given and return them."""
    width, height = given.pop("size") or (None, None)
    names = [each.name for each in fields(LayoutOptions) if each.name in given]
    return LayoutOptions(width=width, height=height, **{name: given.pop(name) for name in names})


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


def _require_names(given: Arguments) -> None:
    """Raise `UsageError` for an empty name, which would mean the working directory."""
    if not given.inputs:
        raise UsageError("name a picture, a folder, or - for standard input")
    if "" in given.inputs:
        raise UsageError("an input is empty: name a picture, a folder, or - for standard input")
    for name in PLACES:
        if getattr(given, name) == "":
            raise UsageError(f"--{name} is empty: name a file or folder, or leave the option out")


def _checked(given: Arguments) -> Arguments:
    _require_names(given)
    if STANDARD in given.inputs and len(given.inputs) > 1:
        raise UsageError("standard input (-) cannot be combined with other inputs")
    if given.report is not None and not given.report.lower().endswith((".json", ".csv")):
        raise UsageError(f"--report must end in .json or .csv: {printable(given.report)}")
    if given.watch and (STANDARD in {*given.inputs, given.output} or given.dry_run):
        raise UsageError("--watch cannot be combined with standard input or output, or --dry-run")
    if given.url is None:
        return given
    if not _is_api_address(given.url):
        raise UsageError(f"--url must be an address like https://...: {printable(given.url)}")
    if given.model is not None:
        raise UsageError("--model works on this machine only; with --url the API has its own model")
    if not VISIBLE_ASCII.issuperset(given.key or ""):  # the key itself is not for a log
        raise UsageError(
            "CUTOUT_KEY or --key has a space, a line break or another character that no key has"
        )
    return given
