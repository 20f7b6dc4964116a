"""Every pair of our own parameters' values, on a photo, a logo, a blank and noise."""

import numpy as np
import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import differs_from_corner, image_of, parts_of
from tests.api.removebg.test_grid import PICTURES
from tests.options.asking import RESULTS
from tests.pairwise import pairwise

VALUES = {
    "mode": ["fg-image", "fg-mask", "fg-image-shadow"],
    "format": ["png", "webp", "jpg", "zip"],
    "width": ["", "1", "300"],
    "height": ["", "7", "299"],
    "ratio": ["", "1:1", "10:1", "1:10"],
    "scale": ["", "10%", "100%"],
    "position": ["", "0%", "100% 0%", "original"],
    "margin": ["", "0", "50%", "500px"],
    "crop": ["", "true"],
    "roi": ["", "10% 10% 50% 50%", "0px 0px 1px 1px"],
    "max-side": ["", "1", "33"],
    "max-megapixels": ["", "0.0000001", "0.001"],
    "preset": ["", "square"],
    "bg-color": ["", "fff", "ff000080"],
    "quality": ["1", "100"],
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_pair_of_values(settings: Settings, name: str) -> None:
    client = TestClient(build_app(Pipeline(settings, differs_from_corner)))
    for row in pairwise(VALUES):
        query = {**row, "representation": "binary"}
        answer = client.post(RESULTS, params=query, files={"image": ("a", PICTURES[name])})
        assert answer.status_code == 200, (row, answer.text)
        assert answer.headers["content-type"] != "application/json", (row, answer.text)
        if row["format"] == "zip":
            colour, alpha = parts_of(answer.content)
            assert colour.size == alpha.size, row
            continue
        image = image_of(answer.content)
        assert max(image.size) <= int(row["max-side"] or 5000), row
        if image.mode == "RGBA" and row["format"] == "png":
            pixels = np.asarray(image)
            assert not pixels[pixels[..., 3] == 0].any(), row
