"""Sizes change no decision of the real networks."""

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw

from cutout.api.app import build_app
from cutout.pictures import Alpha
from cutout.pipeline import Pipeline
from cutout.segment.network import Network
from cutout.settings import Settings
from tests.api.removebg.asking import REMOVEBG, image_of
from tests.samples import PHOTOS, jpeg

WHEELS, AXLE, RADIUS, SPOKES = (560, 1240), 630, 330, 18
RED, BLACK, STEEL = (170, 30, 30), (25, 25, 28), (60, 60, 65)


def cat() -> Image.Image:
    """Fur that fills most of the picture; the networks disagree."""
    with Image.open(PHOTOS / "chelsea.jpg") as photo:
        return photo.resize((3600, 2400), Image.Resampling.BICUBIC)


def astronaut() -> Image.Image:
    """A person before a flag and a model of a shuttle; the networks disagree most here."""
    with Image.open(PHOTOS / "astronaut.jpg") as photo:
        return photo.resize((2000, 2000), Image.Resampling.BICUBIC)


def bicycle() -> Image.Image:
    """Thin spokes and tubes before a mottled ground, which leave the networks unsure, so large that
    a preview is decoded at half the size."""
    mottled = np.random.default_rng(7).integers(90, 200, (12, 18, 3), np.uint8)
    image = Image.fromarray(mottled).resize((1800, 1200), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for hub in WHEELS:
        circle = (hub - RADIUS, AXLE - RADIUS, hub + RADIUS, AXLE + RADIUS)
        draw.ellipse(circle, outline=BLACK, width=22)
        for turn in (2 * pi * spoke / SPOKES for spoke in range(SPOKES)):
            rim = hub + RADIUS * cos(turn), AXLE + RADIUS * sin(turn)
            draw.line((hub, AXLE, *rim), fill=STEEL, width=5)
    draw.line((560, 630, 800, 330, 1120, 340, 860, 640, 560, 630), fill=RED, width=26)
    draw.line((800, 330, 860, 640), fill=RED, width=26)
    draw.line((1120, 340, 1240, 630), fill=RED, width=26)
    draw.line((1120, 340, 1100, 250, 1180, 240), fill=BLACK, width=20)
    draw.line((740, 290, 860, 290), fill=BLACK, width=28)
    return image.resize((4096, 2731), Image.Resampling.BICUBIC)


def mask(client: TestClient, file: bytes, size: str) -> Image.Image:
    fields = {"size": size, "channels": "alpha", "format": "jpg"}
    answer = client.post(REMOVEBG, files={"image_file": ("a", file)}, data=fields)
    assert answer.status_code == 200, answer.text
    return image_of(answer.content)


def undecided(alpha: Alpha) -> float:
    """The part of what is visible that is neither empty nor opaque."""
    visible = alpha > 12
    return float((alpha[visible] < 243).mean())


@pytest.mark.parametrize(
    ("draw", "preview", "doubt"),
    [(cat, (612, 408), 0.0), (astronaut, (500, 500), 0.0), (bicycle, (612, 408), 0.15)],
)
def test_a_preview_shows_what_the_whole_picture_shows(
    network: Network, draw: Callable[[], Image.Image], preview: tuple[int, int], doubt: float
) -> None:
    client = TestClient(build_app(Pipeline(Settings(), network)))
    picture = draw()
    file = jpeg(picture, quality=92)
    small, whole = mask(client, file, "preview"), mask(client, file, "full")
    assert (small.size, whole.size) == (preview, picture.size)
    assert undecided(np.asarray(whole)) > doubt
    expected = np.asarray(whole.resize(small.size, Image.Resampling.BOX), np.int16)
    found = np.asarray(small, np.int16)
    assert np.abs(found - expected).mean() < 1
    flipped = (found > 127) != (expected > 127)
    assert flipped.mean() < 0.005
    assert flipped.sum() < 0.03 * (expected > 127).sum()
