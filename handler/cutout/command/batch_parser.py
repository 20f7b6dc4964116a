"""Parse the command line of `cutout batch`."""

import re
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from cutout.choices import Model
from cutout.command.errors import printable
from cutout.command.shared_options import Parser, add_model, add_report, add_verbosity
from cutout.command.subcommands import BATCH
from cutout.command.values import whole
from cutout.storage.address import domain_of

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RELATIVE = frozenset({".", ".."})
DESCRIPTION = """\
Process the pictures of an S3 bucket on this machine, as the deployed batch does: inbox/a.jpg
becomes outbox/a.jpg.png, or outbox/a.jpg.json if it fails. Pictures that already have a result are
skipped. The environment holds the credentials and the region: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION.
"""


@dataclass(frozen=True)
class BatchArguments:
    """Hold the parsed command line; an option that isn't given is None."""

    bucket: str
    inbox: str
    outbox: str
    dry_run: bool
    jobs: int | None
    model: Model | None
    report: str | None
    quiet: bool
    verbose: bool

    def bucket_url(self, region: str) -> str:
        """Return the bucket's address.

        A name with a dot goes into the path, because in the host it would not match the
        certificate.
        """
        if "://" in self.bucket:
            return self.bucket
        domain = domain_of(region)
        if "." in self.bucket:
            return f"https://s3.{region}.{domain}/{self.bucket}"
        return f"https://{self.bucket}.s3.{region}.{domain}"


def build_batch_parser() -> Parser:
    """Return the parser of `cutout batch`."""
    parser = Parser(prog="cutout batch", description=DESCRIPTION, allow_abbrev=False)
    add = parser.add_argument
    add(
        "bucket",
        type=_bucket,
        metavar="BUCKET",
        help="name of the bucket, or the address of one on an S3-compatible server, such as "
        "http://127.0.0.1:9000/photos",
    )
    add(
        "--inbox",
        type=_prefix,
        default="inbox",
        metavar="PREFIX",
        help="folder of the pictures; '' is the whole bucket (default: %(default)s)",
    )
    add(
        "--outbox",
        type=_prefix,
        default="outbox",
        metavar="PREFIX",
        help="folder for the results (default: %(default)s)",
    )
    add("--dry-run", action="store_true", help="only print what would be written, and where")
    add(
        "--jobs",
        type=whole(),
        metavar="N",
        help="pictures processed at once (default: the number of processors, at most 4)",
    )
    add_model(parser)
    add_report(parser)
    add_verbosity(parser)
    return parser


def parse_batch(argv: Sequence[str]) -> BatchArguments:
    """Return the parsed arguments.

    Raise `SystemExit` with code 2 if they are invalid, and with 0 after `--help`.
    """
    parser = build_batch_parser()
    given = BatchArguments(**vars(parser.parse(argv)))
    if f"{given.inbox}/".startswith(f"{given.outbox}/") or not given.outbox:
        parser.error(
            "the inbox must be outside the outbox, whose results would be processed as pictures: "
            "choose another --outbox"
        )
    if given.report is not None and not given.report.lower().endswith((".json", ".csv")):
        parser.error(f"--report must end in .json or .csv: {printable(given.report)}")
    return given


def _bucket(text: str) -> str:
    """Return a bucket's name or address. Raise `ArgumentTypeError` if the text is neither."""
    name = text.removeprefix("s3://").rstrip("/")
    if "://" not in name and NAME.fullmatch(name):
        return name
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if is_address and not (parts.query or parts.fragment or parts.username):
        return text.rstrip("/")
    raise ArgumentTypeError(
        f"neither a bucket's name nor its address (write ./{BATCH} to cut out a file or folder of "
        f"that name): {printable(text)}"
    )


def _prefix(text: str) -> str:
    """Return a folder of the bucket without slashes at its ends, or raise `ArgumentTypeError`."""
    folder = text.strip("/")
    if RELATIVE & set(folder.split("/")):
        raise ArgumentTypeError(f"a folder of a bucket can't be . or ..: {printable(text)}")
    return folder
