"""What the brush leaves for later is neither lost nor shown otherwise."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from PIL import Image

from tests.page.browser import Visit, file
from tests.page.conftest import Open
from tests.page.test_accessibility import ON_A_PHONE
from tests.page.test_mending import middle_of_stage, paint, start, stroked
from tests.page.test_objects import LOWER, UPPER, canvas, is_on
from tests.samples import jpeg

LAST = (120, 320)  # where the last stroke is, in a picture of 400 pixels
SIDE = 701  # shown smaller, and not by a whole factor
NEVER_IDLE = "window.requestIdleCallback = () => 0"
COUNT_ENDS = """
  const whenIdle = window.requestIdleCallback;
  let waiting = 0;
  window.ends = 0;
  window.requestIdleCallback = (work) => {
    waiting += 1;
    return whenIdle((deadline) => {
      waiting -= 1;
      work(deadline);
      if (!waiting) window.ends += 1;
    });
  };
"""


@cache
def photo() -> bytes:
    """Return a picture in which no pixel is like the next one."""
    noise = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    return jpeg(Image.fromarray(noise), quality=100)


def open_brush(visit: Visit, script: str, zoom: str = "fit") -> None:
    visit.page.add_init_script(script)
    visit.page.reload()
    visit.choose(file("noise.jpg", photo()))
    visit.press("zoom", zoom)
    start(visit, "erase")
    visit.page.locator("#brush-size").fill("20")


def settle(visit: Visit) -> None:
    """Wait until the picture itself has the strokes."""
    visit.page.wait_for_function("() => ends > 0", polling=50)
    visit.page.evaluate("ends = 0")
    visit.settle()


def keep_going(_: Visit) -> None:
    """Leave the page no time."""


def strokes_undone_and_redone(visit: Visit, wait: Callable[[Visit], None]) -> None:
    for points in (((150, 150), (260, 170), (200, 240)), ((380, 20), (200, 200)), ((90, 260),)):
        paint(visit, *points)
        wait(visit)
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")
    visit.page.keyboard.press("Control+z")
    visit.press("brush", "keep")
    paint(visit, (200, 200), (203, 120))
    wait(visit)
    paint(visit, (210, 215))
    wait(visit)
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")
    visit.page.keyboard.press("Control+Shift+z")
    visit.press("brush", "erase")
    paint(visit, LAST)
    wait(visit)


def objects_switched(visit: Visit, wait: Callable[[Visit], None]) -> None:
    paint(visit, (-9, 200), (409, 200))
    wait(visit)
    visit.press("brush", "objects")
    assert len(is_on(visit)) == 2
    paint(visit, UPPER)
    visit.press("brush", "keep")
    paint(visit, UPPER)
    wait(visit)
    visit.press("brush", "erase")
    paint(visit, LOWER)
    wait(visit)
    visit.page.focus("#stage")
    for key in ("z", "z", "z", "Shift+z", "Shift+z"):
        visit.page.keyboard.press(f"Control+{key}")
    paint(visit, LAST)
    wait(visit)


@pytest.mark.parametrize("work", [strokes_undone_and_redone, objects_switched])
def test_the_same_is_saved_with_and_without_time_between_the_strokes(
    open_page: Open, work: Callable[[Visit, Callable[[Visit], None]], None]
) -> None:
    x, y = (each * SIDE // 400 for each in LAST)
    found = []
    for script, wait in ((NEVER_IDLE, keep_going), (COUNT_ENDS, settle)):
        with open_page() as visit:
            open_brush(visit, script)
            work(visit, wait)
            found.append(stroked(visit))
            assert found[-1][y, x, 3] == 0
    assert np.array_equal(found[0], found[1])


@pytest.mark.parametrize("zoom", ["fit", "1", "4"])
@pytest.mark.parametrize("brush", ["erase", "keep"])
def test_what_is_drawn_again_is_all_that_has_changed(visit: Visit, brush: str, zoom: str) -> None:
    open_brush(visit, COUNT_ENDS, zoom)
    visit.page.set_checked("#brush-soft", checked=False)
    visit.page.locator("#brush-size").fill({"fit": "50", "1": "30", "4": "15"}[zoom])
    paint(visit, (120, 200), (280, 215))
    settle(visit)
    visit.press("brush", brush)
    before = seen(visit)
    paint(visit, (190, 160), (210, 240))
    settle(visit)
    shown = seen(visit)
    assert shown != before
    assert shown == drawn_anew(visit, zoom)
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")
    assert seen(visit) == before


def seen(visit: Visit) -> str:
    """Return what is shown with the brush's ring, which is always there, in a corner."""
    box = visit.page.locator("#view").bounding_box()
    assert box
    visit.page.mouse.move(box["x"] + 20, box["y"] + 20)
    return canvas(visit)


def drawn_anew(visit: Visit, zoom: str) -> str:
    if zoom == "fit":
        visit.page.mouse.wheel(0, -20)  # a size that nothing is kept of
        visit.settle()
    else:
        visit.press("zoom", "fit")
    visit.press("zoom", zoom)
    return seen(visit)


def test_zooming_at_once_shows_the_strokes(visit: Visit) -> None:
    open_brush(visit, NEVER_IDLE)
    paint(visit, (200, 200))
    visit.page.mouse.wheel(0, -300)
    shown = seen(visit)
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")
    assert seen(visit) != shown
    visit.page.keyboard.press("Control+Shift+z")
    assert seen(visit) == shown


def test_zooming_while_painting_goes_on_with_the_stroke(visit: Visit) -> None:
    open_brush(visit, NEVER_IDLE)
    x, y = middle_of_stage(visit)
    visit.page.mouse.move(x - 60, y)
    visit.page.mouse.down()
    visit.page.mouse.move(x, y, steps=3)
    visit.page.mouse.wheel(0, -300)
    visit.settle()
    visit.page.mouse.move(x + 60, y, steps=3)
    visit.page.mouse.up()
    alpha = stroked(visit)[SIDE // 2, :, 3]
    assert (alpha == 0).sum() > 60


def test_a_pinch_right_after_a_stroke_leaves_it(open_page: Open) -> None:
    with open_page(**ON_A_PHONE) as visit:
        open_brush(visit, NEVER_IDLE)
        x, y = middle_of_stage(visit)
        system = visit.system()
        for kind, *gaps in (("Start", 0), ("End",), ("Start", 50), ("Start", 50, 90), ("End",)):
            points = [{"x": x + gap, "y": y, "id": at} for at, gap in enumerate(gaps)]
            system.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        visit.settle()
        visit.page.click("#undo")
        assert visit.page.is_disabled("#undo"), "the pinch has painted"
        visit.page.click("#redo")
        assert stroked(visit)[SIDE // 2, SIDE // 2, 3] == 0
