"""The tool that switches the objects of a cut-out off and on."""

import numpy as np
import pytest

from tests.page.browser import Visit
from tests.page.conftest import Open
from tests.page.test_accessibility import ON_A_PHONE, findings
from tests.page.test_mending import MIDDLE, PHOTO, finish, middle_of_stage, paint, start

UPPER, LOWER = (200, 100), (200, 300)  # points of two objects, once they are cut apart


def split(visit: Visit) -> None:
    """Cut the object of the tests' segmenter into an upper and a lower one, and take the tool."""
    visit.choose(PHOTO)
    start(visit, "erase")
    visit.page.locator("#brush-size").fill("20")
    paint(visit, (-9, 200), (409, 200))
    visit.press("brush", "objects")
    visit.page.wait_for_selector("#parts")
    assert visit.page.locator("#parts button").count() == 2


def is_on(visit: Visit) -> list[bool]:
    pressed = visit.page.locator("#parts button").all()
    return [each.get_attribute("aria-pressed") == "true" for each in pressed]


def canvas(visit: Visit) -> str:
    visit.settle()
    return visit.drawn()


def upper_is(visit: Visit) -> int:
    """Return the index of the upper object's button: the two are about as large."""
    before = is_on(visit)
    paint(visit, UPPER)
    after = is_on(visit)
    paint(visit, UPPER)
    return next(at for at in range(2) if before[at] != after[at])


def test_a_click_switches_an_object_off_with_its_soft_edges(visit: Visit) -> None:
    split(visit)
    paint(visit, UPPER)
    assert sorted(is_on(visit)) == [False, True]
    found = finish(visit)
    assert not found[:198, :, 3].any(), "a soft edge is left"
    assert found[LOWER[::-1]][3] == 255
    assert ((found[203:, :, 3] > 0) & (found[203:, :, 3] < 255)).any(), "the other one has none"


def test_a_second_click_brings_back_every_pixel(visit: Visit) -> None:
    split(visit)
    before = finish(visit)
    visit.page.click("#mend")
    paint(visit, UPPER)
    assert sorted(is_on(visit)) == [False, True]
    paint(visit, UPPER)
    assert is_on(visit) == [True, True]
    assert np.array_equal(finish(visit)[..., 3], before[..., 3])


def test_a_click_beside_all_objects_does_nothing(visit: Visit) -> None:
    split(visit)
    undone = visit.page.is_enabled("#undo")
    paint(visit, (2, 2))
    assert is_on(visit) == [True, True]
    assert visit.page.is_enabled("#undo") == undone


def test_by_keyboard_on_the_picture_and_on_the_buttons(visit: Visit) -> None:
    split(visit)
    visit.page.focus("#stage")
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("Enter")
    assert is_on(visit) == [False, True]
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press(" ")
    assert is_on(visit) == [False, False]
    assert "Object 2 of 2: off" in (visit.page.text_content("#said") or "")
    visit.page.focus("#brushes input:checked")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert is_on(visit) == [True, False]
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert is_on(visit) == [True, True]
    visit.page.keyboard.press("ArrowLeft")
    visit.page.keyboard.press("Enter")
    assert is_on(visit) == [False, True]


def test_a_switch_is_undone_and_redone_as_a_stroke_is(visit: Visit) -> None:
    split(visit)
    paint(visit, UPPER)
    off = is_on(visit)
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")
    assert is_on(visit) == [True, True]
    visit.page.keyboard.press("Control+Shift+z")
    assert is_on(visit) == off
    visit.press("brush", "keep")
    paint(visit, UPPER)
    visit.press("brush", "objects")
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")  # the stroke
    visit.page.keyboard.press("Control+z")  # the switch
    visit.page.keyboard.press("Control+Shift+z")
    found = finish(visit)
    assert not found[:198, :, 3].any()
    assert found[LOWER[::-1]][3] == 255


def test_a_stroke_over_an_object_that_is_off_shows_and_survives_switching(visit: Visit) -> None:
    split(visit)
    paint(visit, UPPER)
    visit.press("brush", "keep")
    visit.page.locator("#brush-size").fill("40")
    paint(visit, UPPER)
    visit.press("brush", "erase")
    paint(visit, (200, 60))
    visit.press("brush", "objects")
    upper = is_on(visit).index(False)
    paint(visit, UPPER)
    assert is_on(visit)[upper]
    found = finish(visit)
    assert found[UPPER[::-1]][3] == 255
    assert found[60, 200][3] == 0, "the stroke is lost"
    assert found[MIDDLE][3] == 0, "the first stroke is lost"


def test_specks_go_with_the_object_that_is_nearest(visit: Visit) -> None:
    split(visit)
    paint(visit, UPPER)
    paint(visit, UPPER)
    visit.press("brush", "keep")
    visit.page.set_checked("#brush-soft", checked=False)
    visit.page.locator("#brush-size").fill("5")
    paint(visit, (4, 4))
    visit.press("brush", "objects")
    assert len(is_on(visit)) == 2
    paint(visit, UPPER)
    assert not finish(visit)[:198, :, 3].any(), "the speck is left"


def test_the_object_under_the_pointer_is_outlined_and_so_are_those_that_are_off(
    visit: Visit,
) -> None:
    split(visit)
    visit.page.mouse.move(5, 5)
    visit.page.focus("#mended")
    plain = canvas(visit)
    visit.page.mouse.move(*middle_of_stage(visit))
    visit.page.mouse.move(middle_of_stage(visit)[0], middle_of_stage(visit)[1] - 100)
    outlined = canvas(visit)
    assert outlined != plain
    button = visit.page.locator("#parts button").nth(upper_is(visit))
    button.focus()
    assert canvas(visit) == outlined
    button.press("Enter")
    visit.page.focus("#mended")
    off = canvas(visit)
    visit.press("brush", "keep")
    visit.page.mouse.move(5, 5)
    assert canvas(visit) != off, "what is off is not outlined"


def test_a_finger_switches_and_two_fingers_do_not(open_page: Open) -> None:
    with open_page(**ON_A_PHONE) as visit:
        visit.choose(PHOTO)
        start(visit, "objects")
        x, y = middle_of_stage(visit)
        system = visit.system()

        def touch(kind: str, *fingers: tuple[float, float]) -> None:
            points = [{"x": left, "y": top, "id": at} for at, (left, top) in enumerate(fingers)]
            system.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

        touch("Start", (x, y))
        touch("Start", (x, y), (x + 60, y))
        touch("Move", (x, y), (x + 90, y))
        touch("End")
        visit.settle()
        assert is_on(visit) == [True]
        touch("Start", (x, y))
        touch("End")
        visit.settle()
        assert is_on(visit) == [False]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_beside_the_objects(open_page: Open, scheme: str) -> None:
    with open_page(color_scheme=scheme) as visit:
        split(visit)
        paint(visit, UPPER)
        assert findings(visit.page) == []
