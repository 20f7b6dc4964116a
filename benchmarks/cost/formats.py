"""Measure what a thousand cut-outs cost in all, by the picture's size and the answer's format.

``python -m benchmarks.cost.formats`` needs no image. It runs whole requests for the grainy photo in
this process, with one network thread, and updates `docs/cost.md`.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.cost.prices import (
    Prices,
    api_per_thousand,
    lambda_per_thousand,
    transfer_per_thousand,
)
from benchmarks.cost.total import PAGE, SECONDS
from benchmarks.pictures import save_photo
from benchmarks.report import processor
from cutout.api.service import Service
from cutout.choices import FileFormat, Mode
from cutout.engine import Networks
from cutout.gzipped import gzipped
from cutout.options import Options, Source
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.settings import LAMBDA_ANSWER_BYTES, LAMBDA_MB_PER_VCPU, Settings
from cutout.timing import Clock, Deadline, Stages
from tools.page import update

SIDES = (512, 1024, 4096)


@dataclass(frozen=True)
class Kind:
    """Hold what a client asks for: JSON, which is sent with gzip, or the file itself."""

    name: str
    options: Options
    json: bool = False


KINDS = (
    Kind("PNG in JSON, gzip", Options(), json=True),
    Kind("PNG", Options()),
    Kind("JPEG", Options(format=FileFormat.JPG)),
    Kind("WebP", Options(format=FileFormat.WEBP)),
    Kind("mask", Options(Mode.FG_MASK)),
)


@dataclass(frozen=True)
class Spent:
    """Hold processor seconds, and bytes sent to and by the API."""

    seconds: float
    request: int
    answer: int

    @property
    def by_bucket(self) -> bool:
        """Return whether the answer is too large for Lambda, which sends it as base64."""
        return -(-self.answer // 3) * 4 > LAMBDA_ANSWER_BYTES


def ask(pipeline: Pipeline, content: bytes, kind: Kind) -> Spent:
    """Answer one request. Raise `PictureError`."""
    source, deadline = Source(content, "photo.jpg"), Deadline.after(SECONDS)
    start = process_time()
    if kind.json:
        request = PictureRequest(PictureForm(image=source), deadline, kind.options)
        sent = gzipped(Service(pipeline)(request, Stages()).body)
    else:
        sent = pipeline.cut_out(source, kind.options, Clock(deadline))
    return Spent(process_time() - start, len(content), len(sent))


def measure(sides: Sequence[int], repeats: int) -> dict[int, dict[Kind, Spent]]:
    """Return the medians of `repeats` requests of each kind, after one that warms up."""
    pipeline = Networks(Settings(), 1).pipeline()
    found: dict[int, dict[Kind, Spent]] = {}
    with TemporaryDirectory() as folder:
        for side in sides:
            content = save_photo(side, Path(folder)).read_bytes()
            ask(pipeline, content, KINDS[0])
            laps = {kind: [ask(pipeline, content, kind) for _ in range(repeats)] for kind in KINDS}
            found[side] = {
                kind: Spent(median(each.seconds for each in some), some[0].request, some[0].answer)
                for kind, some in laps.items()
            }
    return found


def dollars(spent: Spent, prices: Prices, *, edge: bool = False) -> float:
    """Return dollars for a thousand, with S3 where the answer goes through the bucket.

    Through CloudFront (`edge`), whose first terabyte a month is free, only the bucket's traffic is
    billed: links lead to the bucket itself.
    """
    inline = 0 if spent.by_bucket else spent.answer
    bill = lambda_per_thousand(spent.seconds * 1000, LAMBDA_MB_PER_VCPU, prices)
    bill += api_per_thousand(spent.request, inline, prices)
    if spent.by_bucket:
        bill += 1000 * (prices.s3_put + prices.s3_get)
    if spent.by_bucket or not edge:
        bill += transfer_per_thousand(spent.answer, prices)
    return bill


PART = """`python -m benchmarks.cost.formats` measures this, on {cpu}: dollars for
1,000 cut-outs in all, in brackets through CloudFront, whose first terabyte a month is free.
* marks answers through the bucket:

{table}"""


def render(found: dict[int, dict[Kind, Spent]], prices: Prices) -> str:
    """Return the Markdown of the page's part `formats`."""
    head = f"| picture | {' | '.join(kind.name for kind in KINDS)} |"
    rows = [head, "|---|" + "---:|" * len(KINDS)]
    for side, kinds in found.items():
        cells = (cell(kinds[kind], prices) for kind in KINDS)
        rows.append(f"| {side}² | {' | '.join(cells)} |")
    return PART.format(cpu=processor(), table="\n".join(rows))


def cell(spent: Spent, prices: Prices) -> str:
    """Return both prices, with a star for an answer through the bucket."""
    both = f"{dollars(spent, prices):.3f} ({dollars(spent, prices, edge=True):.3f})"
    return both + ("*" if spent.by_bucket else "")


def main() -> None:
    """Measure, and update the page."""
    parser = ArgumentParser(prog="python -m benchmarks.cost.formats", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    update(given.output, "formats", render(measure(SIDES, given.repeats), Prices()))


if __name__ == "__main__":
    main()
