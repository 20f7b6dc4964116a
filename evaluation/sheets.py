"""Draw contact sheets of the pictures on which a contender is worst, loses most and wins most."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from evaluation.comparison import TIE, Comparison
from evaluation.samples import Mask, read_mask

CELL, LABEL = 480, 24
"""Sides of a cell and height of the label above it, in pixels."""
EACH, ROWS = 20, 4
"""Pictures of each kind, and of a page."""
MAGENTA = (255, 0, 255)


def write_sheets(
    name: str, compared: Sequence[Comparison], folders: Mapping[str, Path], out: Path
) -> None:
    """Write ``worst-1.jpg``, ``losses-1.jpg``, ``wins-1.jpg`` and further pages to `out`.

    Earlier ones are replaced. A row is the picture, the truth, this contender's and the better
    peer's cut-out over magenta.
    """
    out.mkdir(parents=True, exist_ok=True)
    for kind, chosen in choose(compared).items():
        for old in out.glob(f"{kind}-*.jpg"):
            old.unlink()
        for start in range(0, len(chosen), ROWS):
            sheet = _sheet(name, chosen[start : start + ROWS], folders)
            sheet.save(out / f"{kind}-{start // ROWS + 1}.jpg", quality=90)


def choose(compared: Sequence[Comparison]) -> dict[str, list[Comparison]]:
    """Return up to twenty comparisons of each kind, ties left out.

    The kinds are the largest errors, and the errors furthest above and below the better peer's.
    """
    losses = [each for each in compared if each.excess > TIE]
    wins = [each for each in compared if each.excess < -TIE]
    return {
        "worst": sorted(compared, key=lambda each: -each.ours.mae)[:EACH],
        "losses": sorted(losses, key=lambda each: -each.excess)[:EACH],
        "wins": sorted(wins, key=lambda each: each.excess)[:EACH],
    }


def _sheet(name: str, rows: Sequence[Comparison], folders: Mapping[str, Path]) -> Image.Image:
    sheet = Image.new("RGB", (CELL * 4, (CELL + LABEL) * len(rows)), "white")
    draw = ImageDraw.Draw(sheet)
    for i, each in enumerate(rows):
        cells = _cells(each, [folders[name], folders[each.peer]])
        labels = [
            *(each.sample.name, "truth"),
            *(f"{name} {each.ours.mae:.4f}", f"{each.peer} {each.theirs.mae:.4f}"),
        ]
        for j, (cell, label) in enumerate(zip(cells, labels, strict=True)):
            left, top = j * CELL, i * (CELL + LABEL)
            draw.text((left + 4, top + 3), label, "black", font_size=16)
            padded = ImageOps.pad(cell, (CELL, CELL), color="white", centering=(0.5, 0))
            sheet.paste(padded, (left, top + LABEL))
    return sheet


def _cells(compared: Comparison, folders: Sequence[Path]) -> list[Image.Image]:
    with Image.open(compared.sample.picture) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    picture = ImageOps.contain(upright, (CELL, CELL))
    masks = [read_mask(folder / f"{compared.sample.name}.png") for folder in folders]
    return [picture, *(_on_magenta(picture, each) for each in (compared.sample.truth(), *masks))]


def _on_magenta(picture: Image.Image, mask: Mask) -> Image.Image:
    backdrop = Image.new("RGB", picture.size, MAGENTA)
    alpha = Image.fromarray(mask).resize(picture.size, Image.Resampling.BILINEAR)
    backdrop.paste(picture, (0, 0), alpha)
    return backdrop
