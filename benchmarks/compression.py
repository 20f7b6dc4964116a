"""Measure time against bytes of a cut-out's PNG: print all ways, and update `docs/performance.md`.

``python -m benchmarks.compression`` cuts out the benchmark's photo at four sizes and the photos of
the tests; ``--pictures FOLDER ...`` adds others, and ``--megapixels`` shrinks them to several
sizes. It measures processor time, with one thread for the networks, each way in turn on every
picture.
"""

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import chain
from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from PIL import Image

from benchmarks.cost.prices import SENT_PER_BYTE, Prices, compute
from benchmarks.pictures import ASTRONAUT, save_photo
from benchmarks.report import processor
from cutout.choices import Compression
from cutout.encode.png import (
    Deflate,
    deflate_by_trial,
    deflate_fast,
    deflate_for,
    deflate_up,
)
from cutout.engine import Networks
from cutout.errors import PictureError
from cutout.options import Options, Source
from cutout.pictures import Pixels
from cutout.settings import Settings
from cutout.timing import NO_DEADLINE, Clock
from tools.page import update

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
SIDES = (512, 1024, 2048, 4096)
CLASSES = ((0.5, "0.25"), (2.0, "1"), (8.0, "4"), (99.0, "16"))
"""Megapixels up to which a picture belongs to a class, and the class's name."""
MEMORY_MB = 2560
SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})


def balanced(pixels: Pixels) -> Iterator[bytes]:
    """Compress as the default does."""
    return deflate_for(pixels, Compression.BALANCED)(pixels)


WAYS: dict[str, Deflate] = {
    "`fast`: Up, ISA-L 2": deflate_fast,
    **{f"Up, zlib-ng {n}": partial(deflate_up, level=n) for n in (3, 4, 5)},
    **{f"best filters, zlib-ng {n}": partial(deflate_by_trial, level=n) for n in range(3, 8)},
    "`small`: best filters, zlib-ng 8": partial(deflate_by_trial, level=8),
    "**`balanced`**": balanced,
}


@dataclass(frozen=True)
class Spent:
    """Hold processor seconds, bytes and megapixels, of one picture or of several."""

    seconds: float = 0.0
    size: int = 0
    megapixels: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.seconds + other.seconds,
            self.size + other.size,
            self.megapixels + other.megapixels,
        )

    def dollars(self, prices: Prices) -> float:
        """Return the price of the time on Lambda and of the bytes as a compressed JSON."""
        time = compute(self.seconds * 1000, MEMORY_MB, prices.gb_second_x86)
        return time + self.size * SENT_PER_BYTE * prices.gb_out / 1e9


def measure(way: Deflate, pixels: Pixels) -> Spent:
    """Compress once."""
    start = process_time()
    size = sum(map(len, way(pixels)))
    return Spent(process_time() - start, size, pixels.shape[0] * pixels.shape[1] / 1e6)


def cut_outs(files: Sequence[Path], megapixels: Sequence[float]) -> Iterator[Pixels]:
    """Yield the cut-out of each file, at its size or at most at each of `megapixels`."""
    work = Networks(Settings(), 1).pipeline().work
    for file in files:
        for content in shrunk(file, megapixels) if megapixels else [file.read_bytes()]:
            source = Source(content, file.name)
            try:
                yield work.compose(source, Options(), Clock(NO_DEADLINE)).pixels
            except PictureError as error:
                print(f"{file.name}: {error}")


def shrunk(file: Path, megapixels: Sequence[float]) -> Iterator[bytes]:
    """Yield JPEGs of the picture, scaled down to each number of megapixels; skip repeated sizes."""
    image = Image.open(file).convert("RGB")
    width, height = image.size
    scales = {min(1.0, sqrt(most * 1e6 / (width * height))) for most in megapixels}
    for scale in sorted(scales):
        target = BytesIO()
        size = round(width * scale), round(height * scale)
        image.resize(size, Image.Resampling.LANCZOS).save(target, "JPEG", quality=92)
        yield target.getvalue()


SETTINGS = [name for name in WAYS if "`" in name]
"""Ways that `CUTOUT_COMPRESSION` can choose, which the page shows."""


def table(
    ways: Iterable[str],
    found: dict[tuple[str, str], Spent],
    counts: dict[str, int],
    prices: Prices,
) -> str:
    """Return a row for each way and a column for each class of size."""
    classes = [name for _, name in CLASSES if counts.get(name)]
    heads = [f"{name} MP ({counts[name]})" for name in classes]
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for way in ways:
        cells = []
        for name in classes:
            mine, fast = found[way, name], found[next(iter(WAYS)), name]
            cells.append(
                f"{1000 * mine.seconds / mine.megapixels:.0f}, {mine.size / fast.size:.3f}, "
                f"{mine.dollars(prices) / fast.dollars(prices):.3f}"
            )
        lines.append(f"| {way} | {' | '.join(cells)} |")
    return "\n".join(lines)


PART = """`python -m benchmarks.compression` measures this, here on {cpu}:
milliseconds of a processor for a megapixel, then, as ratios to `fast`, bytes and the price of time
and bytes at {memory} MB with gzip. In brackets is the number of cut-outs of about that size.

{table}"""


def main() -> None:
    """Measure, and update the page's part `compression`."""
    parser = ArgumentParser(prog="python -m benchmarks.compression", description=__doc__)
    parser.add_argument("--pictures", type=Path, nargs="+", default=[])
    parser.add_argument("--megapixels", type=float, nargs="+", default=[])
    parser.add_argument("--most", type=int, default=10, help="pictures of each folder")
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    own = sorted(ASTRONAUT.parent.glob("*.jpg"))
    others = [file for folder in given.pictures for file in chosen(folder, given.most)]
    with TemporaryDirectory() as temporary:
        grainy = [save_photo(side, Path(temporary)) for side in SIDES]
        pictures = chain(cut_outs([*own, *grainy], []), cut_outs(others, given.megapixels))
        found, counts = run(pictures)
    print(table(WAYS, found, counts, Prices()))
    text = table(SETTINGS, found, counts, Prices())
    update(given.output, "compression", PART.format(cpu=processor(), memory=MEMORY_MB, table=text))


def chosen(folder: Path, most: int) -> list[Path]:
    """Return at most `most` pictures, spread over the folder."""
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() in SUFFIXES)
    return files[:: max(1, len(files) // most)][:most]


def run(pictures: Iterable[Pixels]) -> tuple[dict[tuple[str, str], Spent], dict[str, int]]:
    """Return what each way spent in each class of size, and how many pictures that has."""
    found: dict[tuple[str, str], Spent] = defaultdict(Spent)
    counts: dict[str, int] = defaultdict(int)
    for pixels in pictures:
        size = pixels.shape[0] * pixels.shape[1] / 1e6
        name = next(name for most, name in CLASSES if size <= most)
        counts[name] += 1
        for way, deflate in WAYS.items():
            found[way, name] += measure(deflate, pixels)
    return found, counts


if __name__ == "__main__":
    main()
