import numpy as np
import pytest

from cutout.compose.objects import (
    FAINT,
    MOST,
    SOLID,
    SPECK,
    VISIBLE,
    find_objects,
    object_box,
    shadow_box,
)
from cutout.pictures import Alpha, Box


def drawn(*boxes: Box, size: tuple[int, int] = (300, 400), value: int = 255) -> Alpha:
    """Rectangles in a picture of that height and width."""
    alpha = np.zeros(size, np.uint8)
    for left, top, width, height in boxes:
        alpha[top : top + height, left : left + width] = value
    return alpha


def boxes_of(alpha: Alpha) -> list[Box]:
    return [each.box for each in find_objects(alpha)]


SMALL, LARGE = Box(10, 20, 30, 40), Box(100, 50, 200, 150)


def test_largest_first_to_the_pixel() -> None:
    assert boxes_of(drawn(SMALL, LARGE)) == [LARGE, SMALL]


@pytest.mark.parametrize("size", [(4096, 4096), (3001, 4001), (4096, 513), (1, 4096), (700, 3)])
def test_large_pictures_are_as_exact(size: tuple[int, int]) -> None:
    height, width = size
    box = Box(width // 3, height // 5, max(1, width // 3 + 1), max(1, height // 2 + 1))
    assert boxes_of(drawn(box, size=size)) == [box]


def test_to_the_borders() -> None:
    assert boxes_of(drawn(Box(0, 0, 400, 300))) == [Box(0, 0, 400, 300)]
    assert boxes_of(np.full((1, 1), 255, np.uint8)) == [Box(0, 0, 1, 1)]


def test_a_visible_pixel_and_one_that_is_not() -> None:
    assert boxes_of(drawn(LARGE, value=VISIBLE)) == [LARGE]
    assert boxes_of(drawn(LARGE, value=VISIBLE - 1)) == []


def test_specks_are_no_objects() -> None:
    """100 x 100 is the largest; a hundredth of it is the least."""
    main = Box(200, 100, 100, 100)
    least = round(main.width * main.height * SPECK)
    assert boxes_of(drawn(main, Box(0, 0, least, 1))) == [main, Box(0, 0, least, 1)]
    assert boxes_of(drawn(main, Box(0, 0, least - 1, 1))) == [main]


def test_a_faint_smear_is_no_object_and_a_soft_edge_is_part_of_one() -> None:
    alpha = drawn(LARGE, value=SOLID)
    alpha[10:30, 20:380] = SOLID - 1
    assert boxes_of(alpha) == [LARGE]
    alpha[60:70, LARGE.left - 40 : LARGE.left] = VISIBLE
    assert boxes_of(alpha) == [Box(LARGE.left - 40, LARGE.top, LARGE.width + 40, LARGE.height)]


def test_where_nothing_is_solid_all_that_shows_is_taken() -> None:
    assert boxes_of(drawn(SMALL, LARGE, value=SOLID - 1)) == [LARGE, SMALL]


def test_there_is_an_end_to_them() -> None:
    alpha = np.zeros((400, 400), np.uint8)
    alpha[::8, ::8] = 255
    assert len(find_objects(alpha)) == MOST


@pytest.mark.parametrize("value", [255, 128, VISIBLE])
def test_opacity_is_the_mattes(value: int) -> None:
    (found,) = find_objects(drawn(LARGE, value=value))
    assert found.opacity == pytest.approx(value / 255)


@pytest.mark.parametrize(
    "box", [Box(101, 100, 1, 100), Box(101, 1, 6, 6), Box(103, 300, 2, 1)], ids=str
)
def test_opacity_is_right_for_what_no_sample_hits(box: Box) -> None:
    (found,) = find_objects(drawn(box, size=(600, 4096), value=150))
    assert found.box == box
    assert found.opacity == pytest.approx(150 / 255, abs=0.001)


def test_parts_that_touch_are_one() -> None:
    assert boxes_of(drawn(Box(10, 10, 20, 20), Box(30, 30, 20, 20))) == [Box(10, 10, 40, 40)]


def test_the_box_around_all() -> None:
    assert object_box(find_objects(drawn(SMALL, LARGE))) == Box(10, 20, 290, 180)
    assert object_box(()) is None


def test_the_box_of_a_shadow_holds_its_visible_part() -> None:
    shade = np.full((20, 30), FAINT - 1, np.uint8)
    assert shadow_box(shade) is None
    shade[4:9, 7:19] = FAINT
    assert shadow_box(shade) == Box(7, 4, 12, 5)
    assert shadow_box(None) is None
