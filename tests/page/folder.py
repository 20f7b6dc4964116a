"""A drawn folder as people have it: large photos, and files of other kinds among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from tests.e2e.segmenter import BLANK_SIZE
from tests.samples import jpeg, webp

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
TWELVE_MEGAPIXELS, SMALL = (4000, 3000), (1200, 900)
KINDS = {3: "webp", 8: "broken", 13: "heic", 18: "blank", 23: "webp"}
"""Kinds of file by their number in a lot of 30; all others are photos."""

SUFFIXES = {"heic": "heic", "webp": "webp"}


@dataclass(frozen=True)
class Folder:
    """Hold a folder's path, and its files' names by kind."""

    path: Path
    names: dict[str, list[str]]

    @property
    def good(self) -> list[str]:
        """The files that a cut-out is made of."""
        return [*self.names["photo"], *self.names["webp"]]

    @property
    def size(self) -> int:
        return sum(map(len, self.names.values()))


def draw_folder(path: Path, count: int, photo_size: tuple[int, int]) -> Folder:
    """Return a folder of `count` files, at least 30, in several folders."""
    names: dict[str, list[str]] = {kind: [] for kind in ("photo", *KINDS.values())}
    for number, kind in enumerate(_kinds(count)):
        name = f"{kind} {number:03}.{SUFFIXES.get(kind, 'jpg')}"
        lot = path / f"lot {number // 100}"
        lot.mkdir(exist_ok=True)
        (lot / name).write_bytes(_content(kind, number, photo_size))
        names[kind].append(name)
    return Folder(path, names)


def _kinds(count: int) -> Iterator[str]:
    for number in range(count):
        yield KINDS.get(number % 30, "photo")


def _content(kind: str, number: int, photo_size: tuple[int, int]) -> bytes:
    if kind == "heic":
        return HEIC
    if kind == "blank":
        return jpeg(Image.new("RGB", BLANK_SIZE, (120, 130, 140)))
    if kind == "broken":
        return jpeg(_vase(number, SMALL))[: 1000 + number]
    if kind == "webp":
        return webp(_vase(number, SMALL), lossless=True)
    return jpeg(_vase(number, photo_size), quality=90)


def _vase(number: int, size: tuple[int, int]) -> Image.Image:
    """A vase on a table before a wall, in flat colours, so that its files have few bytes."""
    width, height = size
    shade = 40 + 13 * number % 120
    image = Image.new("RGB", size, (210, 205 - number % 40, 195))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0.8 * height, width, height), fill=(150, 140, 125))
    middle = (0.35 + 0.03 * (number % 10)) * width
    colour = (shade, 60 + 7 * number % 90, 160 - shade // 2)

    def box(half: float, top: float, bottom: float) -> tuple[float, float, float, float]:
        return middle - half * width, top * height, middle + half * width, bottom * height

    draw.ellipse(box(0.15, 0.4, 0.9), colour)
    draw.rectangle(box(0.05, 0.2, 0.5), colour)
    draw.ellipse(box(0.08, 0.17, 0.23), colour)
    return image
