"""Build the parser of the command line."""

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from cutout import __version__
from cutout.choices import FileFormat, Mode
from cutout.command.completion import SHELLS, PrintCompletion
from cutout.command.shared_options import Parser, add_model, add_report, add_verbosity
from cutout.command.values import number, one_of, size, text, whole
from cutout.layout import parse_margins, parse_position, parse_ratio, parse_region, parse_scale
from cutout.layout_options import MAX_MEGAPIXELS, Preset
from cutout.options import SHADOW_LIMITS, ShadowLook

SHADOW = ShadowLook()
EXAMPLES = """examples:
  cutout photo.jpg                       write photo-cutout.png to the same folder
  cutout photos/ -o out/                 process every picture in the folder tree
  cutout 'photos/**/*.jpg' -o out/ --background white
  cutout - < photo.jpg > cut-out.png
  CUTOUT_KEY=... cutout photos/ -o out/ --url https://abc123.execute-api.eu-west-1.amazonaws.com
  cutout batch BUCKET                    process the pictures of an S3 bucket: cutout batch --help
  cutout serve                           start the API on this machine: cutout serve --help

exit code: 0 all done, 1 some failed, 2 wrong usage, 3 a picture has no subject, 130 interrupted
"""


def build_parser() -> Parser:
    """Return the parser of all options except those of `cutout serve` and `cutout batch`."""
    parser = Parser(
        prog="cutout",
        usage="%(prog)s [OPTION ...] INPUT ...",
        description="Remove the background of JPEG, PNG and WebP pictures.",
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
    _add_output(parser)
    _add_layout(parser)
    _add_run(parser)
    remote = parser.add_argument_group("use a deployed API")
    remote.add_argument("--url", help="the API's address (default: process on this machine)")
    remote.add_argument(
        "--key",
        default=os.environ.get("CUTOUT_KEY") or None,
        help="the API's key (default: the variable CUTOUT_KEY, which other users can't see)",
    )
    return parser


def _add_output(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "-o",
        "--output",
        metavar="FILE|FOLDER/",
        help="output file or folder, or - for standard output (default: NAME-cutout.png in each "
        "picture's folder)",
    )
    add(
        "--mode",
        type=one_of(Mode),
        choices=list(Mode),
        default=Mode.FG_IMAGE,
        help="kind of cut-out (default: %(default)s)",
    )
    add(
        "--background",
        metavar="COLOR|FILE",
        help="put the object on a colour (white, #ffcc00) or on a picture",
    )
    add(
        "--format",
        type=one_of(FileFormat),
        choices=list(FileFormat),
        help="file format; a zip holds the colours as a JPEG and the mask as a PNG (default: png, "
        "or the suffix of -o)",
    )
    add(
        "--quality",
        type=whole(100),
        metavar="1..100",
        help="quality of a JPEG, a WebP, or the JPEG in a ZIP (default: 90)",
    )
    for name, words in (
        ("opacity", "opacity at the darkest point of the shadow"),
        ("softness", "width of the shadow"),
        ("angle", "direction of the light in degrees, positive from the left"),
    ):
        low, high = SHADOW_LIMITS[name]
        add(
            f"--shadow-{name}",
            type=number(low, high),
            default=getattr(SHADOW, name),
            metavar=f"{low}..{high}",
            help=f"{words} (default: %(default)g)",
        )


def _add_layout(parser: ArgumentParser) -> None:
    add = parser.add_argument_group("size and position").add_argument
    add(
        "--crop",
        metavar="MARGIN",
        help="crop to the object, with an optional margin (30px, 10%%)",
    )
    add(
        "--margin",
        type=text(parse_margins),
        metavar="MARGINS",
        help="crop to the object, with 1, 2 or 4 margins that may exceed the picture ('5%% 30px')",
    )
    add(
        "--preset",
        type=one_of(Preset),
        choices=list(Preset),
        help="white square for a marketplace, with the object in 85%% of it",
    )
    add(
        "--size",
        type=size,
        metavar="WxH",
        help="size of the canvas in pixels (800x600; 800x or x600 keeps the proportions)",
    )
    add(
        "--ratio",
        type=text(parse_ratio),
        metavar="W:H",
        help="proportions of the canvas (4:5)",
    )
    add(
        "--scale",
        type=text(parse_scale),
        metavar="PERCENT",
        help="part of the canvas that the object fills (10%% to 100%%, or original)",
    )
    add(
        "--position",
        type=text(parse_position),
        help="place of the object on the canvas (center, original, '50%% 90%%')",
    )
    add(
        "--roi",
        type=text(parse_region),
        metavar="REGION",
        help="only region that can be foreground: left, top, right, bottom ('10%% 0%% 90%% 100%%')",
    )
    add(
        "--max-side",
        type=whole(),
        metavar="PIXELS",
        help="scale down to this longer side",
    )
    add(
        "--max-megapixels",
        type=number(0, MAX_MEGAPIXELS, above=True),
        metavar="NUMBER",
        help="scale down to this area",
    )


def _add_run(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--mask",
        metavar="FILE|FOLDER",
        help="use this mask, where white is kept; for several pictures, a folder of masks with the "
        "pictures' names",
    )
    add("--force", action="store_true", help="also replace cut-outs that are up to date")
    add("--update", action="store_true", help="also replace cut-outs made with other options")
    add(
        "--watch",
        action="store_true",
        help="also process pictures that are added or changed, until Ctrl-C",
    )
    add(
        "--review",
        metavar="FOLDER",
        help="write unsure or empty cut-outs to this folder instead",
    )
    add_report(parser)
    add("--dry-run", action="store_true", help="only print what would be written, and where")
    add(
        "--jobs",
        type=whole(),
        metavar="N",
        help="pictures processed at once (default: the number of processors, at most 4; "
        "with --url 4)",
    )
    add_model(parser)
    add_verbosity(parser)
    add(
        "--completion",
        action=PrintCompletion,
        choices=SHELLS,
        help="print the code that completes this command's options in a shell",
    )
    add("--version", action="version", version=f"%(prog)s {__version__}")
