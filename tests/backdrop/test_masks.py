"""Masks, planes and labels, compared with loops over the pixels."""

import numpy as np
import pytest

from cutout.arrays import label_components
from cutout.backdrop.masks import (
    areas_of,
    box_sum,
    grow,
    largest_within,
    means,
    ring_areas,
    ring_of,
    shrink,
    touching,
)

SHAPES = [(1, 1), (1, 9), (7, 2), (9, 14)]


def around(shape: tuple[int, int], radius: int) -> list[tuple[slice, slice]]:
    """Return the square around each pixel, in reading order."""
    return [
        (slice(max(0, row - radius), row + radius + 1), slice(max(0, at - radius), at + radius + 1))
        for row, at in np.ndindex(shape)
    ]


@pytest.mark.parametrize("radius", [0, 1, 3, 20])
@pytest.mark.parametrize("shape", SHAPES)
def test_squares_end_at_the_border(shape: tuple[int, int], radius: int) -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(0, 200, shape).astype(np.float32)
    mask = rng.random(shape) < 0.2
    given = values.copy()
    squares = around(shape, radius)
    assert largest_within(values, radius).ravel().tolist() == [
        values[each].max() for each in squares
    ]
    assert box_sum(values, radius).ravel().tolist() == [values[each].sum() for each in squares]
    assert grow(mask, radius).ravel().tolist() == [mask[each].any() for each in squares]
    assert shrink(~mask, radius).ravel().tolist() == [(~mask[each]).all() for each in squares]
    assert np.array_equal(values, given)


def test_labels_are_measured_one_by_one() -> None:
    rng = np.random.default_rng(2)
    mask, values = rng.random((20, 30)) < 0.3, rng.random((20, 30)).astype(np.float32)
    labels, count = label_components(mask)
    where = rng.random(mask.shape) < 0.1
    parts = [labels == label for label in range(count + 1)]
    assert areas_of(labels, count).tolist() == [part.sum() for part in parts]
    assert touching(labels, count, where).tolist() == [False, *(where[p].any() for p in parts[1:])]
    assert means(labels, values, count + 1) == pytest.approx([values[p].mean() for p in parts])
    assert means(labels, values, count + 3)[-2:].tolist() == [0, 0]


@pytest.mark.parametrize("shape", [(2, 2), (20, 300), (768, 512)])
def test_the_border_is_four_areas(shape: tuple[int, int]) -> None:
    counts = np.zeros(shape, int)
    for area in ring_areas(*shape):
        counts[area] += 1
    assert np.array_equal(counts, ring_of(*shape).astype(int))
    assert counts[[0, -1]].all()
    assert counts[:, [0, -1]].all()
