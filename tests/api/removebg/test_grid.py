"""Every pair of parameters' values, on a photo, a logo, a blank and noise: no fault of ours, and
every answer as the contract has it."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import REMOVEBG, differs_from_corner, image_of, parts_of, size_of
from tests.samples import PHOTOS, png

VALUES: dict[str, list[str]] = {
    "size": ["", "preview", "medium", "50MP", "auto", "huge"],
    "format": ["", "auto", "png", "jpg", "webp", "zip", "jpeg"],
    "channels": ["", "rgba", "alpha", "rgb"],
    "roi": ["", "0% 0% 100% 100%", "10% 10% 60% 90%", "0px 0px 9px 9px", "0% 0% 200% 1%", "x"],
    "crop": ["", "true", "false", "maybe"],
    "crop_margin": ["", "0", "10%", "500px", "1px 2px 3px 4px", "1px 2px 3px"],
    "scale": ["", "original", "10%", "100%", "9%"],
    "position": ["", "original", "center", "0%", "30% 100%", "left"],
    "bg_color": ["", "00000000", "81d4fa77", "#fff", "nocolour"],
    "shadow_type": ["", "auto", "drop", "none", "long"],
    "shadow_opacity": ["", "auto", "0", "100", "101"],
    "type": ["", "person", "dragon"],
    "type_level": ["", "none", "2", "9"],
    "add_shadow": ["", "true", "0"],
    "semitransparency": ["", "false"],
}
BAD = {"huge", "jpeg", "rgb", "x", "maybe", "1px 2px 3px", "9%", "left", "nocolour", "long", "101"}
BAD |= {"dragon", "9", "0% 0% 200% 1%"}
Row = dict[str, str]


def pairwise(values: dict[str, list[str]]) -> Iterator[Row]:
    """Rows that hold each pair of two parameters' values at least once."""
    open_pairs = {
        ((one, a), (other, b))
        for one, other in combinations(values, 2)
        for a in values[one]
        for b in values[other]
    }
    names = list(values)

    def gain(row: Row, name: str, value: str) -> int:
        return sum(_pair(names, (name, value), each) in open_pairs for each in row.items())

    while open_pairs:
        row: Row = dict(min(open_pairs))
        for name in names:
            if name not in row:
                row[name] = max(values[name], key=lambda value: gain(row, name, value))
        open_pairs -= {_pair(names, one, other) for one, other in combinations(row.items(), 2)}
        yield row


def _pair(
    names: list[str], one: tuple[str, str], other: tuple[str, str]
) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one, other) if names.index(one[0]) < names.index(other[0]) else (other, one)


def logo() -> bytes:
    image = Image.new("RGBA", (90, 60))
    ImageDraw.Draw(image).ellipse((20, 10, 70, 50), fill=(200, 30, 30, 255))
    return png(image)


def noise() -> bytes:
    return png(Image.fromarray(np.random.default_rng(3).integers(0, 256, (70, 50, 3), np.uint8)))


PICTURES = {
    "photo": (PHOTOS / "astronaut-160.jpg").read_bytes(),
    "logo": logo(),
    "blank": png(Image.new("RGB", (64, 48), "white")),
    "noise": noise(),
}
ROWS = list(pairwise(VALUES))


def test_the_rows_hold_every_pair() -> None:
    for one, other in combinations(VALUES, 2):
        found = {(row[one], row[other]) for row in ROWS}
        assert len(found) == len(VALUES[one]) * len(VALUES[other])


@pytest.mark.parametrize("name", PICTURES)
def test_every_pair_of_values(settings: Settings, name: str) -> None:
    client = TestClient(build_app(Pipeline(settings, differs_from_corner)))
    for row in (*ROWS, *sound_rows()):
        answer = client.post(REMOVEBG, files={"image_file": ("a", PICTURES[name])}, data=row)
        assert answer.status_code in (200, 400), (row, answer.text)
        if any(each in BAD for each in row.values()):
            assert answer.status_code == 400, row
        if answer.status_code == 400:
            (error,) = answer.json()["errors"]
            assert error["code"], row
            continue
        if answer.headers["content-type"] == "application/zip":
            assert all(each.size == size_of(answer) for each in parts_of(answer.content)), row
            continue
        image = image_of(answer.content)
        assert image.size == size_of(answer), row
        if image.mode == "RGBA":
            pixels = np.asarray(image)
            assert not pixels[pixels[..., 3] == 0].any() or image.format == "WEBP", row


def sound_rows() -> Iterator[Row]:
    """The same without what there is not, so that most are answered with a picture."""
    yield from pairwise(
        {name: [each for each in values if each not in BAD] for name, values in VALUES.items()}
    )
