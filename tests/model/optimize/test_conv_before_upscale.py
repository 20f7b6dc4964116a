"""Compare convolution before enlarging with convolution after it."""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from PIL import Image, ImageFilter

from model.recipe.graph import GraphError
from model.recipe.optimize.conv_before_upscale import (
    convolve_before_upscaling,
    upscaled_windows,
    windows,
)
from model.recipe.pictures import expert_input
from tests.model.optimize.decoder import SIDE, decoder
from tests.model.optimize.graphs import copy, kinds, picture, run


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Smooth noise, as features of photos are."""
    paths = [tmp_path / f"{index}.png" for index in range(4)]
    for index, path in enumerate(paths):
        noise = np.random.default_rng(index).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
        Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2)).save(path)
    return paths


def test_a_fit_over_photos_is_near_and_has_no_concat(photos: list[Path]) -> None:
    made = decoder()
    changed = copy(made)
    convolve_before_upscaling(changed, ["joined"], photos[:3])
    assert "Concat" not in kinds(changed), "maps are still laid side by side"
    data = expert_input(photos[3], SIDE)
    inner = np.s_[..., 2:-2, 2:-2]
    expected, found = run(made, data)[inner], run(changed, data)[inner]
    assert expected.std() > 0.05, "the picture says nothing"
    assert (found - expected).std() < 0.08 * expected.std(), "the fit is off on another photo"


def test_what_takes_no_enlarged_map_is_refused(photos: list[Path]) -> None:
    with pytest.raises(GraphError, match="smooth"):
        convolve_before_upscaling(decoder(), ["smooth"], photos)


def test_what_others_take_as_well_is_refused(photos: list[Path]) -> None:
    made = decoder()
    made.graph.node.append(helper.make_node("Relu", ["large"], ["spare"], "spare"))
    with pytest.raises(GraphError, match="other nodes"):
        convolve_before_upscaling(made, ["joined"], photos)


def test_enlarged_windows_are_those_of_the_nearest_four() -> None:
    small = picture(12)[0]
    everywhere = np.mgrid[1:11, 1:11].reshape(2, -1)
    single = windows(small, *everywhere).reshape(10, 10, -1)
    rows, columns = np.array([4, 5, 9]), np.array([6, 7, 14])
    for which, (row, column) in enumerate(zip(rows, columns, strict=True)):
        upper, left = (row - 1) // 2 - 1, (column - 1) // 2 - 1
        down, right = (0.25 if at % 2 else 0.75 for at in (row, column))
        pair = (1 - down) * single[upper] + down * single[upper + 1]
        expected = (1 - right) * pair[left] + right * pair[left + 1]
        found = upscaled_windows(small, rows, columns)[which]
        assert np.allclose(found, expected, atol=1e-5), f"at {row}, {column}"
