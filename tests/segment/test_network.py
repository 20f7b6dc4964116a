from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handler.decode.decode import decode
from handler.pictures import Picture
from handler.segment.network import Network, square
from handler.settings import Settings


def test_input_is_the_whole_picture_squashed() -> None:
    pixels = np.zeros((30, 60, 3), np.uint8)
    pixels[:15, :, 0] = 255
    data = square(Picture(Image.fromarray(pixels)), 1024)
    assert data.shape == (1, 1024, 1024, 3)
    assert data.dtype == np.uint8
    assert data[0, :400, :, 0].min() == 255
    assert data[0, 600:, :, 0].max() == 0
    assert data[..., 1:].max() == 0


def test_input_has_no_hidden_colours() -> None:
    holes = np.zeros((30, 60), np.uint8)
    holes[:, :30] = 255
    colour = Image.new("RGB", (60, 30), "lime")
    colour.paste("black", (0, 0, 30, 30))
    data = square(Picture(colour, holes), 1024)
    assert data[:, :, :500].max() == 0
    assert data[:, :, 520:].min() == 255, "dark things are seen on white"


INSIDE = {"astronaut": (256, 256), "chelsea": (160, 200), "coffee": (200, 300)}
OUTSIDE = {"astronaut": (150, 450), "chelsea": (60, 440), "coffee": (20, 20)}


def test_the_subject_is_found(network: Network, photo: Path) -> None:
    picture = decode(photo.read_bytes(), Settings())
    alpha = Image.fromarray(network(picture)).resize(picture.size)
    for (row, column), expected in ((INSIDE[photo.stem], 255), (OUTSIDE[photo.stem], 0)):
        found = alpha.getpixel((column, row))
        assert found == pytest.approx(expected, abs=30), (
            f"{photo.stem} at row {row}, column {column}: {found}"
        )


@pytest.mark.parametrize("threads", [1, 2])
def test_the_answer_does_not_depend_on_the_threads(network: Network, threads: int) -> None:
    picture = Picture(Image.linear_gradient("L").resize((256, 256)).convert("RGB"))
    other = Network(Settings().model_path, threads)
    assert np.array_equal(network(picture), other(picture))
