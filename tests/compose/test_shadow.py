import numpy as np
import pytest

from cutout.compose.shadow import contact_shadow
from cutout.options import ShadowLook
from cutout.pictures import Alpha

USUAL = ShadowLook()
OPACITIES = (0, 0.25, 0.5, 0.73, 0.9, 1)


def box(top: int, bottom: int, left: int = 150, right: int = 250) -> Alpha:
    """An object in a picture of 400 columns and 300 rows."""
    alpha = np.zeros((300, 400), np.uint8)
    alpha[top:bottom, left:right] = 255
    return alpha


def shadow(alpha: Alpha, look: ShadowLook = USUAL) -> Alpha:
    cast = contact_shadow(alpha, look)
    assert cast is not None
    assert cast.shape == alpha.shape
    return cast


def test_it_lies_where_the_object_stands() -> None:
    cast = shadow(box(50, 240))
    row, column = np.unravel_index(cast.argmax(), cast.shape)
    assert abs(int(row) - 240) <= 6, "the darkest place is not at the bottom"
    assert 170 < column < 230, "the darkest place is not under the middle"
    assert 120 < cast.max() < 230, "neither faint nor a black bar"
    assert cast[:150].max() < 8, "the upper half casts a shadow"


def test_it_fades_softly_downward() -> None:
    below = shadow(box(50, 240))[240:, 200].astype(int)
    assert (np.diff(below) <= 1).all()
    assert np.abs(np.diff(below)).max() < 40, "an edge in the shadow"
    assert below[-1] < 10


def test_a_raised_part_casts_less_than_a_standing_one() -> None:
    table = box(50, 100, 100, 300)
    table[100:240, 100:120] = table[100:240, 280:300] = 255
    cast = shadow(table).astype(int)
    assert cast[238:244, 105:115].max() > 2 * cast[238:244, 195:205].max()
    assert cast[100:110, 195:205].max() < 10, "a shadow hangs under the table's top"


def test_a_stray_speck_is_not_the_ground() -> None:
    speckled = box(50, 240)
    speckled[296:298, 20:22] = 255
    under = np.s_[236:246, 180:220]
    assert shadow(speckled)[under].max() > 0.8 * shadow(box(50, 240))[under].max()


def test_an_object_cut_by_the_border_stands_out_of_sight() -> None:
    standing, cut = shadow(box(50, 240)), shadow(box(50, 300))
    assert 0 < cut.max() < standing.max() / 8


def test_no_object_no_shadow() -> None:
    assert contact_shadow(box(0, 0), USUAL) is None


@pytest.mark.parametrize("size", [(75, 100), (300, 400), (1200, 1600)])
def test_it_looks_the_same_at_every_size(size: tuple[int, int]) -> None:
    factor = size[0] // 75
    small = np.kron(box(50, 240)[::4, ::4], np.ones((factor, factor), np.uint8))
    cast = shadow(small)
    assert abs(int(cast.max()) - int(shadow(box(50, 240)).max())) < 25


def test_no_hard_line_where_the_picture_ends() -> None:
    near_the_corner = np.zeros((300, 400), np.uint8)
    near_the_corner[50:290, 5:200] = 255
    cast = shadow(near_the_corner)
    assert cast[-1].max() < 20
    assert cast[:, 0].max() < 20


def test_opacity_is_how_dark_the_darkest_place_is() -> None:
    darkest = [int(shadow(box(50, 240), ShadowLook(opacity=each)).max()) for each in OPACITIES]
    assert darkest[0] == 0
    assert np.abs(np.array(darkest) - np.array(OPACITIES) * 255).max() < 40
    assert darkest == sorted(set(darkest)), "more is not darker"


def test_softness_is_how_wide_it_is() -> None:
    """Rows below the object that are at least half as dark as the darkest one."""
    below = [
        shadow(box(50, 240), ShadowLook(softness=each))[240:, 200].astype(int)
        for each in (0, 0.25, 0.5, 0.75, 1)
    ]
    widths = [int((each > each.max() / 2).sum()) for each in below]
    assert widths == sorted(set(widths)), widths
    assert widths[0] <= 4, "the hardest shadow is no line"


def centre(cast: Alpha) -> float:
    """The column that the shadow balances on."""
    columns = cast.sum(axis=0, dtype=np.float64)
    return float((columns * np.arange(len(columns))).sum() / columns.sum())


@pytest.mark.parametrize("angle", [20, 45, 75])
def test_light_from_the_left_casts_to_the_right(angle: float) -> None:
    right, left = (shadow(box(50, 240), ShadowLook(angle=each)) for each in (angle, -angle))
    assert centre(right) > 205
    assert np.abs(right.astype(int) - np.roll(left[:, ::-1], 0, axis=1)).max() <= 3, "not alike"


def test_more_slanting_light_casts_farther() -> None:
    places = [centre(shadow(box(50, 240), ShadowLook(angle=each))) for each in (0, 20, 45, 65)]
    assert places == sorted(places)


@pytest.mark.parametrize("angle", [-75, 75])
def test_a_slanting_shadow_still_touches_the_object_and_ends_softly(angle: float) -> None:
    cast = shadow(box(50, 240), ShadowLook(angle=angle))
    assert cast[236:244, 190:210].max() > 80, "it floats away from what casts it"
    assert max(cast[:, 0].max(), cast[:, -1].max()) < 20


@pytest.mark.parametrize("softness", [0, 0.1, 0.5, 1])
def test_a_slanting_shadow_only_fades(softness: float) -> None:
    """Check that it fades steadily to the right of the object, without visible copies."""
    beside = shadow(box(50, 240), ShadowLook(angle=70, softness=softness))[239, 254:]
    assert beside[10] > 10, "there is no shadow"
    assert (np.diff(beside.astype(int)) <= 1).all()
