from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from PIL import Image

from cutout.choices import Model
from cutout.decode.decode import decode
from cutout.pictures import Alpha, Picture
from cutout.segment.model_file import ModelError
from cutout.segment.network import SECOND, SIDE, Network, Square, square
from cutout.settings import Settings


def test_input_is_the_whole_picture_squashed() -> None:
    pixels = np.zeros((30, 60, 3), np.uint8)
    pixels[:15, :, 0] = 255
    data = square(Picture(Image.fromarray(pixels)))
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
    data = square(Picture(colour, holes))
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


Open = Callable[[Model, int], Network]


@pytest.fixture(scope="module")
def opened() -> Iterator[Open]:
    """Open the network with a model and a number of threads, once for all tests."""
    known = cache(lambda model, threads: Network(Settings().model_dir, model, threads))
    yield known
    known.cache_clear()  # what a network holds is given back


@pytest.mark.parametrize("threads", [1, 2])
def test_the_answer_does_not_depend_on_the_threads(
    network: Network, opened: Open, threads: int
) -> None:
    picture = Picture(Image.linear_gradient("L").resize((256, 256)).convert("RGB"))
    other = opened(Settings().model, threads)
    assert np.array_equal(network(picture), other(picture))


def looks(opened: Open, data: Square) -> list[Alpha]:
    """Return the alphas of one look, of two, and of as many as are needed."""
    return [opened(each, 2).infer(data) for each in (Model.FAST, Model.BEST, Model.AUTO)]


def test_a_plain_disc_is_not_looked_at_again(opened: Open) -> None:
    data = np.full((1, SIDE, SIDE, 3), 230, np.uint8)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    data[0, np.hypot(rows - 512, columns - 512) < 300] = (200, 30, 30)
    first, second, chosen = looks(opened, data)
    assert not np.array_equal(first, second), "both looks answer alike, so nothing is chosen"
    assert np.array_equal(chosen, first)


def test_noise_is_looked_at_again(opened: Open) -> None:
    """Check that the experts disagree about noise."""
    data = np.random.default_rng(1).integers(0, 256, (1, 64, 64, 3), np.uint8)
    data = data.repeat(SIDE // 64, 1).repeat(SIDE // 64, 2)
    first, second, chosen = looks(opened, data)
    assert not np.array_equal(first, second)
    assert np.array_equal(chosen, second)


def test_a_first_look_needs_no_second_graph(tmp_path: Path) -> None:
    folder = copytree(Settings().model_dir, tmp_path / "model")
    (folder / SECOND).unlink()
    Network(folder, Model.FAST, 1).wait()
    with pytest.raises(ModelError, match=SECOND):
        Network(folder, Model.AUTO, 1).wait()
