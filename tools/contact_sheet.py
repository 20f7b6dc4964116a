"""The pictures in `docs/`: ``python -m tools.contact_sheet`` makes them again from the code."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cutout.choices import Mode
from cutout.compose.compose import compose
from cutout.decode.decode import decode
from cutout.engine import Networks
from cutout.options import Options
from cutout.pictures import Alpha, Picture
from cutout.refine.refine import refine
from cutout.settings import get_settings
from cutout.timing import Deadline
from tools.drawings import bottle, person, shoe

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = [ROOT / "tests" / "photos" / f"{name}.jpg" for name in ("astronaut", "chelsea", "coffee")]
COLUMN = 300
Backdrop = Callable[[tuple[int, int]], Image.Image]


def white(size: tuple[int, int]) -> Image.Image:
    """A plain white sheet."""
    return Image.new("RGB", size, "white")


def teal(size: tuple[int, int]) -> Image.Image:
    """A colour that no test photo has."""
    return Image.new("RGB", size, (38, 130, 142))


def chequered(size: tuple[int, int]) -> Image.Image:
    """The usual sign of transparency."""
    rows, columns = np.indices((size[1], size[0])) // 12
    return Image.fromarray(np.where((rows + columns) % 2, 204, 255).astype(np.uint8)).convert("RGB")


def boards(size: tuple[int, int]) -> Image.Image:
    """The table of the coffee photo, without the coffee."""
    table = Image.open(PHOTOS[2]).crop((430, 20, 600, 150))
    return table.resize(size, Image.Resampling.BICUBIC)


def on(backdrop: Backdrop, picture: Picture, alpha: Alpha, mode: Mode) -> Image.Image:
    """The composition as it looks on a backdrop."""
    cut_out = Image.fromarray(compose(picture, alpha, Options(mode)).pixels)
    sheet = backdrop(cut_out.size)
    sheet.paste(cut_out, (0, 0), cut_out)
    return sheet


def grid(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """A sheet of columns of equal width, on white."""
    strips = [strip(images) for images in rows]
    sheet = white((strips[0].width, sum(each.height for each in strips)))
    top = 0
    for each in strips:
        sheet.paste(each, (0, top))
        top += each.height
    return sheet


def strip(images: Sequence[Image.Image]) -> Image.Image:
    """Pictures side by side, each shrunk to the column's width."""
    cells = [each.resize((COLUMN, round(each.height * COLUMN / each.width))) for each in images]
    row = white((COLUMN * len(cells), max(cell.height for cell in cells)))
    for column, cell in enumerate(cells):
        row.paste(cell, (column * COLUMN, 0))
    return row


def matted_photos() -> list[tuple[Picture, Alpha]]:
    """Each test photo with the alpha that the service gives it."""
    settings = get_settings()
    work = Networks(settings).pipeline().work
    pictures = [decode(path.read_bytes(), settings) for path in PHOTOS]
    return [
        (picture, refine(work.segment(picture), picture, work.sharpen, Deadline.after(60)))
        for picture in pictures
    ]


def drawings() -> list[tuple[Picture, Alpha]]:
    """Each drawing with its exact alpha."""
    images = (bottle(), shoe(), person())
    return [(Picture(each.convert("RGB")), np.asarray(each.getchannel("A"))) for each in images]


def main() -> None:
    """Writes both sheets."""
    photos = matted_photos()
    cut_outs = [
        [picture.colour, *(on(each, picture, alpha, Mode.FG_IMAGE) for each in (chequered, teal))]
        for picture, alpha in photos
    ]
    shadows = [
        [on(each, picture, alpha, Mode.FG_IMAGE_SHADOW) for each in (white, boards)]
        for picture, alpha in [*drawings(), photos[2], photos[0]]
    ]
    by_backdrop = list(zip(*shadows, strict=True))
    grid(cut_outs).save(ROOT / "docs" / "cut-outs.jpg", quality=88)
    grid(by_backdrop).save(ROOT / "docs" / "shadows.jpg", quality=88)


if __name__ == "__main__":
    main()
