"""`model.recipe.tinyvit.features`: what is kept of a picture, and when it is made again.

The encoder's weights are drawn at random: what its features are is tested beside it.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.recipe.graph_builder import GraphBuilder
from model.recipe.tinyvit.encoder_graph import Encoder
from model.recipe.tinyvit.features import Observed, encoder_input, observe
from tests.model.tinyvit.graphs import Array, run
from tests.model.tinyvit.weights import encoder_tensors

MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
SETS = {"dogs": ["a.png", "b.jpg"], "dogs_more": ["c.png"]}


def write(folder: Path, sets: dict[str, list[str]]) -> None:
    """Write pictures with a truth, an object on the right, each in a colour of its own."""
    for name, files in sets.items():
        for part in ("im", "gt"):
            (folder / name / part).mkdir(parents=True)
        for file in files:
            pixels = np.full((60, 90, 3), (40, 80, 120), np.uint8)
            pixels[:, 45:] = (200, ord(file[0]), 30)
            Image.fromarray(pixels).save(folder / name / "im" / file)
            mask = np.zeros((60, 90), np.uint8)
            mask[:, 45:] = 255
            Image.fromarray(mask).save(folder / name / "gt" / f"{file[0]}.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("training")
    write(made, SETS)
    return made


@pytest.fixture(scope="module")
def kept(folder: Path) -> Path:
    return folder.parent / f"{folder.name}-kept"


@pytest.fixture(scope="module")
def observed(folder: Path, kept: Path) -> Observed:
    return observe(encoder_tensors(), [folder], kept)


def test_every_picture_is_there_in_order_with_its_set(observed: Observed) -> None:
    assert [path.name for path in observed.paths] == ["a.png", "b.jpg", "c.png"]
    assert observed.sets == ["dogs", "dogs", "dogs_more"]
    assert {name: (part.shape, part.dtype.name) for name, part in observed.parts.items()} == {
        "stride4": ((3, 64, 112, 112), "float16"),
        "stride8": ((3, 128, 56, 56), "float16"),
        "stride16": ((3, 256, 28, 28), "float16"),
        "picture": ((3, 3, 112, 112), "uint8"),
        "truth": ((3, 224, 224), "uint8"),
    }


def test_features_are_the_encoders_of_the_picture(observed: Observed) -> None:
    builder = GraphBuilder()
    found = Encoder(builder, encoder_tensors(), 448).draw("picture")
    mean, deviation = (np.reshape(each, (1, 3, 1, 1)) for each in (MEAN, DEVIATION))
    picture = (encoder_input(observed.paths[2]) - mean) / deviation
    names = ["stride4", "stride8", "stride16"]
    values = run(builder, {"picture": picture}, [getattr(found, name) for name in names])
    for name, value in zip(names, values, strict=True):
        kept = observed.parts[name][2].astype(np.float32)
        assert np.allclose(kept, value[0], rtol=2e-3, atol=2e-3), f"{name} is another picture's"


def test_the_encoder_sees_the_picture_squashed_to_its_side(observed: Observed) -> None:
    seen = encoder_input(observed.paths[0])
    assert seen.shape == (1, 3, 448, 448)
    assert seen.dtype == np.float32
    assert seen[0, :, 100, 20].tolist() == [40, 80, 120]
    assert seen[0, :, 400, 440].tolist() == [200, ord("a"), 30]


def test_picture_and_truth_are_means_that_lie_over_each_other(observed: Observed) -> None:
    seen: Array = encoder_input(observed.paths[0])[0]
    means = seen.reshape(3, 112, 4, 112, 4).mean((2, 4))
    assert np.abs(observed.parts["picture"][0] - means).max() <= 0.5
    truth = observed.parts["truth"][0]
    assert (truth[:, :112] == 0).all()
    assert (truth[:, 112:] == 255).all()


@pytest.mark.parametrize(
    ("held_out", "fitted", "unseen"),
    [((), [0, 1, 2], []), (("dogs_more",), [0, 1], [2]), (("dogs", "elsewhere"), [2], [0, 1])],
)
def test_sets_that_are_held_out_are_not_fitted_on(
    observed: Observed, held_out: Sequence[str], fitted: list[int], unseen: list[int]
) -> None:
    assert [each.tolist() for each in observed.chosen(held_out)] == [fitted, unseen]


def test_what_is_kept_is_not_made_again(observed: Observed, folder: Path, kept: Path) -> None:
    """Without tensors there is no encoder."""
    again = observe({}, [folder], kept)
    assert again.paths == observed.paths
    assert all(np.array_equal(again.parts[n], part) for n, part in observed.parts.items())


@pytest.fixture
def copied(observed: Observed, kept: Path, tmp_path: Path) -> Path:
    """Return a copy of the file, to be changed."""
    assert observed.paths
    return Path(shutil.copytree(kept, tmp_path / "kept"))


def test_another_set_is_observed_anew(folder: Path, copied: Path, tmp_path: Path) -> None:
    write(tmp_path, {"cats": ["d.png"]})
    with pytest.raises(KeyError):  # without tensors there is no encoder
        observe({}, [folder, tmp_path], copied)


def test_a_picture_that_has_changed_is_observed_anew(
    folder: Path, copied: Path, tmp_path: Path
) -> None:
    other = tmp_path / "training"
    shutil.copytree(folder, other)
    assert observe({}, [other], copied).paths[0].parent.parent.parent == other
    Image.new("RGB", (90, 60)).save(other / "dogs" / "im" / "a.png")
    with pytest.raises(KeyError):
        observe({}, [other], copied)


def test_what_an_interrupt_left_half_made_is_not_taken_for_whole(
    observed: Observed, folder: Path, copied: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"cats": ["d.png"]})
    with pytest.raises(KeyError):
        observe({}, [folder, tmp_path], copied)
    again = observe(encoder_tensors(), [folder], copied)
    for name, part in observed.parts.items():
        assert np.array_equal(again.parts[name], part), f"{name} is lost"
