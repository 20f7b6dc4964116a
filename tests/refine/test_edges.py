"""The shipped edge refiner on drawn edges: a disc whose truth is known."""

from functools import cache
from itertools import count

import numpy as np
import pytest
from PIL import Image

from cutout.pictures import Alpha, Picture
from cutout.refine.edges import BATCH, EdgeRefiner
from cutout.refine.refine import enlarge
from cutout.refine.tiles import SIDE as TILE
from cutout.settings import Settings
from cutout.timing import Deadline
from tests.deadlines import Scripted

SIDE, COARSE = 2048, 1024


@pytest.fixture(scope="module")
def edges() -> EdgeRefiner:
    return EdgeRefiner(Settings().model_dir, 1)


@cache
def disc(side: int) -> Alpha:
    """Antialiased, at three quarters of the square."""
    rows, columns = np.ogrid[: 2 * side, : 2 * side]
    inside = np.hypot(rows + 0.5 - side, columns + 0.5 - side) < 0.75 * side
    alpha = Image.fromarray((inside * 255).astype(np.uint8)).resize(
        (side, side), Image.Resampling.BOX
    )
    return np.asarray(alpha)


@cache
def grainy_disc() -> Picture:
    return picture(disc(SIDE))


def picture(truth: Alpha) -> Picture:
    """An orange disc on blue, with a camera's grain."""
    share = truth[..., np.newaxis] / np.float32(255)
    mixed = share * (230, 140, 40) + (1 - share) * (30, 60, 120)
    grain = np.random.default_rng(5).normal(0, 2, (*truth.shape, 1))
    return Picture(Image.fromarray(np.clip(mixed + grain, 0, 255).astype(np.uint8)))


def blurred(truth: Alpha) -> Alpha:
    """Return the alpha of a network that works at a quarter of the side."""
    quarter = Image.fromarray(truth).resize((COARSE // 2, COARSE // 2), Image.Resampling.BOX)
    return np.asarray(quarter.resize((COARSE, COARSE), Image.Resampling.BILINEAR))


def error(alpha: Alpha, truth: Alpha) -> float:
    return float(np.abs(alpha.astype(np.int16) - truth).mean())


def test_a_blurred_edge_gets_sharp(edges: EdgeRefiner) -> None:
    truth = disc(SIDE)
    coarse = blurred(truth)
    enlarged = enlarge(coarse, (SIDE, SIDE))
    fine = edges(grainy_disc(), coarse, enlarged, Deadline.after(600))
    assert error(fine, truth) < 0.3 * error(enlarged, truth)


def test_hidden_colours_are_not_seen(edges: EdgeRefiner) -> None:
    truth = disc(SIDE)
    coarse = blurred(truth)
    enlarged = enlarge(coarse, (SIDE, SIDE))
    colour = np.asarray(grainy_disc().colour)
    black, lime = (
        Picture(Image.fromarray(np.where(truth[..., np.newaxis], colour, hidden)), truth)
        for hidden in np.array([(0, 0, 0), (0, 255, 0)], np.uint8)
    )
    one, other = (edges(each, coarse, enlarged, Deadline.after(600)) for each in (black, lime))
    assert np.array_equal(one, other)


def test_out_of_time_the_enlarged_alpha_is_the_answer(edges: EdgeRefiner) -> None:
    truth = disc(SIDE)
    enlarged = enlarge(blurred(truth), (SIDE, SIDE))
    found = edges(grainy_disc(), blurred(truth), enlarged, Deadline.after(0))
    assert np.array_equal(found, enlarged)


def test_with_little_time_some_tiles_are_better_and_none_is_worse() -> None:
    """A clock on which a batch of tiles takes a second: three of them fit."""
    edges = EdgeRefiner(Settings().model_dir, 1, clock=count().__next__)
    deadline = Scripted.answers([9.0, 3.0, 3.0, 2.0, 0.5])
    truth = disc(SIDE)
    enlarged = enlarge(blurred(truth), (SIDE, SIDE))
    found = edges(grainy_disc(), blurred(truth), enlarged, deadline)
    changed = found != enlarged
    assert changed.any(), "nothing was done"
    assert changed.sum() < 3 * BATCH * TILE**2, "more tiles than there was time for"
    assert changed.sum() > 2 * BATCH * TILE, "fewer than there was"
    assert error(found, truth) < error(enlarged, truth)


def test_a_picture_of_the_networks_size_costs_nothing(
    edges: EdgeRefiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_seen: object) -> None:
        raise AssertionError("the network was run")

    monkeypatch.setattr(edges, "infer", never)
    truth = disc(COARSE)
    assert edges(picture(truth), truth, truth, Deadline.after(600)) is truth
    larger = enlarge(truth, (COARSE + 1, COARSE + 1))
    with pytest.raises(AssertionError, match="was run"):
        edges(picture(larger), truth, larger, Deadline.after(600))


def test_what_is_sure_stays_as_it_is(edges: EdgeRefiner) -> None:
    truth = disc(SIDE)
    enlarged = enlarge(blurred(truth), (SIDE, SIDE))
    found = edges(grainy_disc(), blurred(truth), enlarged, Deadline.after(600))
    middle, corner = slice(SIDE // 2 - 200, SIDE // 2 + 200), slice(0, 100)
    assert (found[middle, middle] == 255).all()
    assert (found[corner, corner] == 0).all()


def test_the_result_does_not_depend_on_the_threads(edges: EdgeRefiner) -> None:
    truth = disc(SIDE)
    coarse = blurred(truth)
    enlarged = enlarge(coarse, (SIDE, SIDE))
    two = EdgeRefiner(Settings().model_dir, 2)
    one, other = (
        each(grainy_disc(), coarse, enlarged, Deadline.after(600)) for each in (edges, two)
    )
    assert np.array_equal(one, other)


def test_the_result_does_not_depend_on_what_is_looked_at_together(edges: EdgeRefiner) -> None:
    truth = disc(SIDE)
    coarse = blurred(truth)
    enlarged = enlarge(coarse, (SIDE, SIDE))
    together = edges(grainy_disc(), coarse, enlarged, Deadline.after(600))
    single = EdgeRefiner(Settings().model_dir, 1, batch=1)
    alone = single(grainy_disc(), coarse, enlarged, Deadline.after(600))
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("height", [1, 50, TILE, 300])
def test_strips_lower_than_a_tile_get_sharp_too(edges: EdgeRefiner, height: int) -> None:
    truth = disc(SIDE)[SIDE // 2 : SIDE // 2 + height].copy()
    enlarged = enlarge(blurred(disc(SIDE)), (SIDE, SIDE))[SIDE // 2 : SIDE // 2 + height].copy()
    coarse = np.asarray(Image.fromarray(enlarged).resize((COARSE, COARSE), Image.Resampling.BOX))
    fine = edges(picture(truth), coarse, enlarged, Deadline.after(600))
    assert fine.shape == truth.shape
    assert error(fine, truth) < 0.5 * error(enlarged, truth)
