"""Measure what a thousand cut-outs cost in all, before and after compression.

``python -m benchmarks.cost.total`` needs no image. It runs whole requests in this process, each way
in turn, with one network thread, and updates `docs/cost.md`. ``--pictures`` names other files, and
``--megapixels`` scales them down.
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.compression import shrunk
from benchmarks.cost.prices import (
    TRANSFER_GB,
    Prices,
    api_per_thousand,
    lambda_per_thousand,
    transfer_per_thousand,
)
from benchmarks.pictures import save_photo
from benchmarks.report import processor
from cutout.api.service import Service
from cutout.choices import Compression
from cutout.engine import Networks
from cutout.gzipped import gzipped
from cutout.options import Options, Source
from cutout.pipeline import Pipeline
from cutout.request import PictureForm, PictureRequest
from cutout.settings import LAMBDA_MB_PER_VCPU, Settings
from cutout.timing import Deadline, Stages
from tools.page import update

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cost.md"
SIDE = 1024
SECONDS = 600.0
BAR, SLOWER = 0.25, 0.10
"""Wanted: a quarter less money, for a tenth more time at most."""
MONTHS = (1_000, 50_000, 2_000_000)


@dataclass(frozen=True)
class Way:
    """Hold how answers are compressed."""

    name: str
    compression: Compression
    gzip: bool


WAYS = (
    Way("`fast`, no gzip", Compression.FAST, gzip=False),
    Way("`balanced`, no gzip", Compression.BALANCED, gzip=False),
    Way("`fast`, gzip", Compression.FAST, gzip=True),
    Way("`balanced`, gzip (default)", Compression.BALANCED, gzip=True),
    Way("`small`, gzip", Compression.SMALL, gzip=True),
)
BEFORE, PLAIN, AFTER = WAYS[0], WAYS[1], WAYS[3]


@dataclass(frozen=True)
class Spent:
    """Hold processor seconds and bytes of one cut-out."""

    seconds: float
    request: int
    answer: int


@dataclass(frozen=True)
class Bill:
    """Hold dollars for a thousand cut-outs, by part."""

    compute: float
    gateway: float
    transfer: float

    @property
    def total(self) -> float:
        """Return the sum."""
        return self.compute + self.gateway + self.transfer


def bill(spent: Spent, prices: Prices) -> Bill:
    """Return the price of a thousand; a processor second is one at 1,769 MB."""
    return Bill(
        lambda_per_thousand(spent.seconds * 1000, LAMBDA_MB_PER_VCPU, prices),
        api_per_thousand(spent.request, spent.answer, prices),
        transfer_per_thousand(spent.answer, prices),
    )


def measure(files: Sequence[Path], repeats: int) -> dict[Way, Spent]:
    """Run each picture each way in turn; return means over the pictures of the medians."""
    networks = Networks(Settings(), 1).pipeline()
    services = {
        way: Service(
            Pipeline(
                networks.settings.model_copy(update={"compression": way.compression}),
                networks.segment,
                sharpen=networks.sharpen,
            )
        )
        for way in WAYS
    }
    found: dict[Way, list[Spent]] = {way: [] for way in WAYS}
    for file in files:
        laps: dict[Way, list[Spent]] = {way: [] for way in WAYS}
        for _ in range(repeats + 1):
            for way, service in services.items():
                laps[way].append(ask(service, file, way))
        for way in WAYS:
            seconds = median(each.seconds for each in laps[way][1:])
            found[way].append(Spent(seconds, laps[way][0].request, laps[way][0].answer))
    return {way: mean(spent) for way, spent in found.items()}


def ask(service: Service, file: Path, way: Way) -> Spent:
    """Answer one request. Raise `RuntimeError` if it fails."""
    content = file.read_bytes()
    form = PictureForm(image=Source(content, file.name))
    request = PictureRequest(form, Deadline.after(SECONDS), Options())
    start = process_time()
    body = service(request, Stages()).body
    sent = gzipped(body) if way.gzip else body
    seconds = process_time() - start
    if b'"code":"ok"' not in body:
        raise RuntimeError(f"{file.name}: {body[:300].decode()}")
    return Spent(seconds, len(content), len(sent))


def mean(spent: Iterable[Spent]) -> Spent:
    """Return the mean of several pictures."""
    each = list(spent)
    return Spent(
        fmean(one.seconds for one in each),
        round(fmean(one.request for one in each)),
        round(fmean(one.answer for one in each)),
    )


PART = """`python -m benchmarks.cost.total` measures this without an image, in processor time with
one network thread, here on {cpu}: whole requests for
{what}. Dollars are for 1,000 pictures at 1,769 MB, by the prices below:

{table}

For a client that accepts gzip, a cut-out costs {saved:.0%} less than with `fast` and no gzip, for
{slower:+.1%} time; for others it costs {plain:.0%} less.

{months}"""


def render(found: dict[Way, Spent], prices: Prices, what: str) -> str:
    """Return the Markdown of the page's part `total`."""
    bills = {way: bill(spent, prices) for way, spent in found.items()}
    before, plain, after = (bills[way].total for way in (BEFORE, PLAIN, AFTER))
    return PART.format(
        what=what,
        cpu=processor(),
        table=table(found, bills),
        saved=1 - after / before,
        slower=found[AFTER].seconds / found[BEFORE].seconds - 1,
        plain=1 - plain / before,
        months=months(found, bills, prices),
    )


def is_met(found: dict[Way, Spent], prices: Prices) -> bool:
    """Return whether the default saves `BAR` of the money for `SLOWER` more time at most."""
    before, after = (bill(found[way], prices).total for way in (BEFORE, AFTER))
    slower = found[AFTER].seconds / found[BEFORE].seconds - 1
    return 1 - after / before >= BAR and slower <= SLOWER


def table(found: dict[Way, Spent], bills: dict[Way, Bill]) -> str:
    """Return a row for each way."""
    lines = [
        "| compression | seconds | MB sent | Lambda | HTTP API | traffic | total |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for way, spent in found.items():
        parts = bills[way]
        lines.append(
            f"| {way.name} | {spent.seconds:.2f} | {spent.answer / 1e6:.2f} | {parts.compute:.4f} "
            f"| {parts.gateway:.4f} | {parts.transfer:.4f} | {parts.total:.4f} |"
        )
    return "\n".join(lines)


def months(found: dict[Way, Spent], bills: dict[Way, Bill], prices: Prices) -> str:
    """Return what a month costs at three sizes, without what a stack costs at rest."""
    lines = [
        "| a month | default | through CloudFront |",
        "|---|---:|---:|",
    ]
    for count in MONTHS:
        after = count / 1000 * bills[AFTER].total
        direct = count / 1000 * bills[AFTER].transfer
        edge = after - direct + cloudfront(count, found[AFTER].answer, prices)
        lines.append(f"| {count:,} | ${after:,.2f} | ${edge:,.2f} |")
    return "\n".join(lines)


def cloudfront(count: int, answer_bytes: int, prices: Prices) -> float:
    """Return CloudFront's dollars for a month's answers and requests."""
    paid_bytes = max(0.0, count * answer_bytes - prices.edge_free_bytes)
    paid_requests = max(0, count - prices.edge_free_requests)
    return paid_bytes / TRANSFER_GB * prices.edge_gb_out + paid_requests * prices.edge_request


def scaled(files: Iterable[Path], megapixels: float, folder: Path) -> list[Path]:
    """Return copies of the pictures in `folder`, as JPEG, scaled down to `megapixels` at most."""
    copies = []
    for number, file in enumerate(files):
        (content,) = shrunk(file, [megapixels])
        copies.append(folder / f"{number}-{file.stem}.jpg")
        copies[-1].write_bytes(content)
    return copies


def main() -> None:
    """Measure, and update the page."""
    parser = ArgumentParser(prog="python -m benchmarks.cost.total", description=__doc__)
    parser.add_argument("--pictures", type=Path, nargs="+")
    parser.add_argument("--megapixels", type=float)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        files = given.pictures or [save_photo(SIDE, Path(folder))]
        if given.megapixels:
            files = scaled(files, given.megapixels, Path(folder))
        what = f"{len(files)} pictures" if given.pictures else f"the grainy photo of {SIDE}²"
        found = measure(files, given.repeats)
    prices = Prices()
    update(given.output, "total", render(found, prices, what))
    verdict = "met" if is_met(found, prices) else "missed"
    print(f"{BAR:.0%} less money for +{SLOWER:.0%} time at most: {verdict}")


if __name__ == "__main__":
    main()
