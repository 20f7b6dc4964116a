"""Stripes, padding, box means, and components; these are compared with a flood fill by pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutout.arrays import (
    STRIPE_ROWS,
    Labels,
    Mask,
    box_mean,
    hide_colours,
    label_components,
    pad_to_multiple,
    stripes,
)


@pytest.mark.parametrize("height", [0, 1, STRIPE_ROWS - 1, STRIPE_ROWS, STRIPE_ROWS + 1, 1000])
def test_every_row_is_covered_once_and_no_stripe_is_too_tall(height: int) -> None:
    found = list(stripes(height))
    assert [row for rows in found for row in range(height)[rows]] == list(range(height))
    assert all(rows.stop - rows.start <= STRIPE_ROWS for rows in found)
    assert all(rows.stop <= height for rows in found)


@pytest.mark.parametrize("shape", [(4, 8), (5, 8), (1, 1), (7, 3), (7, 3, 4)])
def test_whole_repeats_the_last(shape: tuple[int, ...]) -> None:
    data = np.random.default_rng(2).integers(0, 256, shape, np.uint8)
    made = pad_to_multiple(data, 4)
    assert made.shape[0] % 4 == made.shape[1] % 4 == 0
    assert made.shape[0] - shape[0] < 4
    assert np.array_equal(made[: shape[0], : shape[1]], data)
    assert (made[shape[0] :, : shape[1]] == data[-1]).all()
    assert (made[: shape[0], shape[1] :] == data[:, -1:]).all()


@pytest.mark.parametrize("reach", [0, 1, 3, 100])
def test_box_is_a_mean_of_what_is_there(reach: int) -> None:
    planes = np.random.default_rng(3).random((2, 9, 14), np.float32)
    found = box_mean(planes, reach)
    assert np.array_equal(box_mean(planes[0], reach), found[0])
    for row, column in np.ndindex(9, 14):
        rows = slice(max(0, row - reach), row + reach + 1)
        columns = slice(max(0, column - reach), column + reach + 1)
        expected = planes[:, rows, columns].mean(axis=(1, 2))
        assert np.allclose(found[:, row, column], expected, atol=1e-6)


def flooded(mask: Mask) -> tuple[Labels, int]:
    """The slow way: 8 neighbours, numbered in reading order."""
    labels = np.zeros(mask.shape, np.int32)
    count = 0
    for start in zip(*mask.nonzero(), strict=True):
        if labels[start]:
            continue
        count += 1
        labels[start] = count
        waiting = [start]
        while waiting:
            row, column = waiting.pop()
            around = np.s_[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
            for y, x in zip(*(mask[around] & (labels[around] == 0)).nonzero(), strict=True):
                place = (around[0].start + y, around[1].start + x)
                labels[place] = count
                waiting.append(place)
    return labels, count


def assert_same(mask: Mask) -> None:
    labels, count = label_components(mask)
    wanted, number = flooded(mask)
    assert count == number
    assert np.array_equal(labels, wanted)


@settings(max_examples=150, deadline=None)
@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_as_by_a_flood(height: int, width: int, share: float, seed: int) -> None:
    assert_same(np.random.default_rng(seed).random((height, width)) < share)


def spiral(side: int) -> Mask:
    """One long arm, so that a label has far to go."""
    mask = np.zeros((side, side), np.bool_)
    row, column, down, across = 0, 0, 0, 1
    length, legs = side - 1, 0
    mask[0, 0] = True
    while length > 0:
        for _ in range(length):
            row, column = row + down, column + across
            mask[row, column] = True
        down, across = across, -down
        legs += 1
        if legs >= 3 and legs % 2:
            length -= 2
    return mask


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_spiral_is_one(turns: int) -> None:
    mask = np.rot90(spiral(61), turns)
    assert label_components(mask)[1] == 1
    assert_same(mask)


def test_neither_end_of_a_row_touches_the_next_one() -> None:
    mask = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1]], np.bool_)
    assert label_components(mask)[1] == 3


def test_corners_touch() -> None:
    assert label_components(np.eye(5, dtype=np.bool_))[1] == 1
    assert label_components(np.eye(5, dtype=np.bool_)[::-1])[1] == 1


def test_a_comb_of_many_teeth_is_one() -> None:
    mask = np.zeros((512, 511), np.bool_)
    mask[:, ::2] = True
    mask[-1] = True
    assert label_components(mask)[1] == 1


@pytest.mark.parametrize("value", [False, True])
def test_nothing_and_everything(value: bool) -> None:
    labels, count = label_components(np.full((7, 9), value))
    assert count == int(value)
    assert (labels == int(value)).all()


def test_colours_are_hidden_where_alpha_is_zero() -> None:
    pixels = np.full((3, 5, 4), 200, np.uint8)
    pixels[1, :, 3] = (0, 1, 0, 255, 0)
    hide_colours(pixels)
    assert pixels[1].tolist() == [
        [0, 0, 0, 0],
        [200, 200, 200, 1],
        [0, 0, 0, 0],
        [200, 200, 200, 255],
        [0, 0, 0, 0],
    ]
    assert (pixels[[0, 2]] == 200).all()
