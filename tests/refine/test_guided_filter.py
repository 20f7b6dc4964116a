import numpy as np
import pytest
from PIL import Image, ImageFilter

from cutout.refine.guided_filter import (
    CELL,
    REACH,
    REGULARIZATION,
    Planes,
    fit_lines,
    interpolate,
)

SIZE = CELL * (4 * REACH + 10)


def said(colours: Planes, alpha: Planes) -> Planes:
    """Return the alpha that the lines give for the samples they were fitted to."""
    found = fit_lines(colours, alpha[np.newaxis]).repeat(CELL, axis=1).repeat(CELL, axis=2)
    alphas: Planes = (found[:3] * colours).sum(axis=0) + found[3]
    return alphas


def test_two_colours_and_their_mixtures_are_told_apart() -> None:
    """Whatever is mixed from two colours has the share of one for its alpha; a coarse alpha that is
    blurred is enough to find out which is which."""
    rng = np.random.default_rng(1)
    strands = slice(SIZE // 2, SIZE // 2 + 12)
    alpha = np.zeros((SIZE, SIZE), np.float32)
    alpha[:, : strands.start] = 1
    alpha[:, strands] = rng.random((SIZE, 12))
    object_, background = (np.array(c).reshape(3, 1, 1) for c in ((0.9, 0.3, 0.1), (0.2, 0.5, 0.6)))
    colours = (alpha * object_ + (1 - alpha) * background).astype(np.float32)
    bytes_ = Image.fromarray(np.rint(alpha * 255).astype(np.uint8))
    blurred = np.asarray(bytes_.filter(ImageFilter.BoxBlur(4))) / 255
    before, after = (
        np.abs(each - alpha)[:, strands].mean()
        for each in (blurred, said(colours, blurred.astype(np.float32)))
    )
    assert after < before * 0.4


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_where_all_is_one_colour_the_mean_is_left(value: float) -> None:
    colours = np.full((3, SIZE, SIZE), 0.5, np.float32)
    alpha = np.full((SIZE, SIZE), value, np.float32)
    assert np.abs(said(colours, alpha) - value).max() < 1e-4


def test_grey_pictures_have_lines_as_well() -> None:
    """Their three colours are one: without a regularization that is a singular system."""
    grey = np.random.default_rng(2).random((1, SIZE, SIZE), np.float32).repeat(3, 0)
    assert np.abs(said(grey, grey[0]) - grey[0]).max() < 0.02


def line(colours: Planes, alpha: Planes) -> list[float]:
    """Return the ridge regression of alpha on the colours of some samples, and the offset."""
    seen, wanted = colours.reshape(3, -1).astype(np.float64), alpha.ravel().astype(np.float64)
    off = seen - seen.mean(axis=1, keepdims=True)
    covariance = off @ off.T / off.shape[1] + REGULARIZATION * np.eye(3)
    slopes = np.linalg.solve(covariance, (off * (wanted - wanted.mean())).mean(axis=1))
    return [*slopes, wanted.mean() - slopes @ seen.mean(axis=1)]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 17), (9, 15)])
def test_lines_are_least_squares_fits_averaged(rows: int, columns: int) -> None:
    rng = np.random.default_rng(4)
    colours = rng.random((3, rows * CELL, columns * CELL), np.float32)
    alpha = rng.random((1, rows * CELL, columns * CELL), np.float32)

    def window(row: int, column: int, size: int) -> tuple[slice, slice]:
        down, across = (slice(max(0, at - REACH), at + REACH + 1) for at in (row, column))
        return (
            slice(down.start * size, down.stop * size),
            slice(across.start * size, across.stop * size),
        )

    lines, expected = np.zeros((2, 4, rows, columns))
    for row, column in np.ndindex(rows, columns):
        near = window(row, column, CELL)
        lines[:, row, column] = line(colours[:, *near], alpha[:, *near])
    for row, column in np.ndindex(rows, columns):
        expected[:, row, column] = lines[:, *window(row, column, 1)].mean(axis=(1, 2))
    assert np.abs(fit_lines(colours, alpha) - expected).max() < 1e-5


@pytest.mark.parametrize("side", [4, 8, 12])
def test_interpolation_is_a_bilinear_enlargement(side: int) -> None:
    planes = np.random.default_rng(1).random((2, 6, 9), np.float32)
    rows, columns = np.divmod(np.arange(54), 9)
    made = interpolate(planes, rows, columns, side).reshape(side, side, 2, 6, 9)
    for index, plane in enumerate(planes):
        size = (9 * side, 6 * side)
        expected = np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BILINEAR))
        found = made[:, :, index].transpose(2, 0, 3, 1).reshape(6 * side, 9 * side)
        assert np.abs(found - expected).max() < 1e-5
