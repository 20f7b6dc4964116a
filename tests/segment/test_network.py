from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from onnxruntime import InferenceSession
from PIL import Image

from cutout.choices import Model
from cutout.decode.decode import decode
from cutout.pictures import Alpha, Picture
from cutout.segment.model_file import ModelError
from cutout.segment.network import BEST, LOOKS, SIDE, Network, Square, square
from cutout.segment.session import load_session
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


Load = Callable[[str], InferenceSession]


@pytest.fixture(scope="module")
def loaded() -> Iterator[Load]:
    """Load a shipped graph by its name, once for all tests."""
    known = cache(lambda name: load_session(Settings().model_dir / name, 2))
    yield known
    known.cache_clear()


def run_alone(load: Load, data: Square) -> list[Alpha]:
    """Return the alpha of each of the shipped graphs, one after the other."""
    seen, alphas = {"picture": data}, []
    for name in LOOKS:
        session = load(name)
        outputs = [each.name for each in session.get_outputs()]
        inputs = {each.name: seen[each.name] for each in session.get_inputs()}
        seen |= dict(zip(outputs, session.run(outputs, inputs), strict=True))
        alphas.append(seen["alpha"])
    return alphas


def test_a_glance_is_enough_for_a_plain_disc(opened: Open, loaded: Load) -> None:
    data = np.full((1, SIDE, SIDE, 3), 230, np.uint8)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    data[0, np.hypot(rows - 512, columns - 512) < 300] = (200, 30, 30)
    glance, fast, best = run_alone(loaded, data)
    assert not np.array_equal(glance, fast), "both looks answer alike, so nothing is chosen"
    assert not np.array_equal(fast, best)
    for model in (Model.FAST, Model.AUTO):
        assert np.array_equal(opened(model, 2).infer(data), glance)
    assert np.array_equal(opened(Model.BEST, 2).infer(data), best)


def test_noise_is_looked_at_again(opened: Open, loaded: Load) -> None:
    """Check that the experts disagree about noise."""
    data = np.random.default_rng(1).integers(0, 256, (1, 64, 64, 3), np.uint8)
    data = data.repeat(SIDE // 64, 1).repeat(SIDE // 64, 2)
    glance, fast, best = run_alone(loaded, data)
    assert not np.array_equal(glance, fast)
    assert not np.array_equal(fast, best)
    assert np.array_equal(opened(Model.FAST, 2).infer(data), fast)
    assert np.array_equal(opened(Model.AUTO, 2).infer(data), best)


@pytest.mark.parametrize("name", LOOKS)
def test_each_model_needs_its_own_graphs_alone(tmp_path: Path, name: str) -> None:
    folder = copytree(Settings().model_dir, tmp_path / "model")
    (folder / name).unlink()
    for model in Model:
        if name == BEST and model is Model.FAST:
            Network(folder, model, 1).wait()
            continue
        with pytest.raises(ModelError, match=name):
            Network(folder, model, 1).wait()
