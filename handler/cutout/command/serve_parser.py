"""Parse the command line of `cutout serve`."""

from argparse import ArgumentTypeError

from cutout.command.shared_options import Parser

HOST, PORT = "127.0.0.1", 8000
LAST_PORT = 65_535


def build_serve_parser() -> Parser:
    """Return the parser of `cutout serve`."""
    parser = Parser(
        prog="cutout serve",
        description="Serve the API and its page on this machine. Stop it with Ctrl-C.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--host", default=HOST, help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=_port, default=PORT, help="the port to listen on (default: %(default)s)"
    )
    return parser


def _port(text: str) -> int:
    """Return the port that the text names, or raise `ArgumentTypeError`.

    0 lets the system choose a free one.
    """
    if text.isdecimal() and int(text) <= LAST_PORT:
        return int(text)
    raise ArgumentTypeError(f"not a port (a number from 0 to {LAST_PORT}): {text}")
