"""Sizes change no decision of the real networks."""

from io import BytesIO

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.segment.network import Network
from cutout.settings import Settings
from tests.api.removebg.asking import REMOVEBG, image_of
from tests.samples import PHOTOS


def test_a_preview_shows_what_the_whole_picture_shows(network: Network) -> None:
    client = TestClient(build_app(Pipeline(Settings(), network)))
    with Image.open(PHOTOS / "chelsea.jpg") as photo:
        file = BytesIO()
        photo.resize((3600, 2400), Image.Resampling.BICUBIC).save(file, "JPEG", quality=92)
    small, whole = (
        image_of(
            client.post(
                REMOVEBG,
                files={"image_file": ("a", file.getvalue())},
                data={"size": size, "channels": "alpha", "format": "jpg"},
            ).content
        )
        for size in ("preview", "full")
    )
    assert (small.size, whole.size) == ((612, 408), (3600, 2400))
    expected = np.asarray(whole.resize(small.size, Image.Resampling.BOX), np.int16)
    found = np.asarray(small, np.int16)
    assert np.abs(found - expected).mean() < 1
    assert ((found > 127) != (expected > 127)).mean() < 0.005
