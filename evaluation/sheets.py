"""Contact sheets: where we win most and where we lose most, to look at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from evaluation.samples import Sample, read_mask
from evaluation.score import Score

CELL, EACH = 220, 20
BACKDROP = (38, 130, 142)


def write_sheets(
    ours: Mapping[Sample, Score], peer: Mapping[Sample, Score], masks: Sequence[Path], out: Path
) -> None:
    """``best.jpg`` and ``worst.jpg``: the picture, the truth, and each contender's cut-out, ours
    in the first folder of `masks`, by the difference of the errors."""
    order = sorted(ours, key=lambda sample: ours[sample].mae - peer[sample].mae)
    for name, chosen in (("best", order[:EACH]), ("worst", order[::-1][:EACH])):
        sheet = Image.new("RGB", (CELL * (2 + len(masks)), CELL * len(chosen)), "white")
        for row, sample in enumerate(chosen):
            for column, cell in enumerate(_cells(sample, masks)):
                sheet.paste(ImageOps.pad(cell, (CELL, CELL)), (column * CELL, row * CELL))
            label = f"{sample.name}  {ours[sample].mae:.3f} / {peer[sample].mae:.3f}"
            ImageDraw.Draw(sheet).text((4, row * CELL + 4), label, "red")
        sheet.save(out / f"{name}.jpg", quality=85)


def _cells(sample: Sample, masks: Sequence[Path]) -> list[Image.Image]:
    with Image.open(sample.picture) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    upright.thumbnail((CELL, CELL))
    found = [sample.truth(), *(read_mask(folder / f"{sample.name}.png") for folder in masks)]
    return [upright, *(_on_backdrop(upright, Image.fromarray(mask)) for mask in found)]


def _on_backdrop(picture: Image.Image, mask: Image.Image) -> Image.Image:
    backdrop = Image.new("RGB", picture.size, BACKDROP)
    backdrop.paste(picture, (0, 0), mask.resize(picture.size, Image.Resampling.BOX))
    return backdrop
