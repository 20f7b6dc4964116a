"""Strokes that something interrupts: a hand on the screen, or a focus that moves."""

from tests.page.browser import Visit
from tests.page.test_mending import PHOTO, finish, place_of, start


def test_a_palm_does_not_disturb_the_pen(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    devices = visit.system()

    def pen(kind: str, x: float, y: float) -> None:
        across, down = place_of(visit, x, y)
        terms = {"x": across, "y": down, "button": "left", "buttons": 1, "clickCount": 1}
        devices.send("Input.dispatchMouseEvent", {"type": kind, "pointerType": "pen", **terms})

    def palm(kind: str, *points: tuple[float, float]) -> None:
        places = [place_of(visit, *point) for point in points]
        touches = [{"x": across, "y": down, "id": 1} for across, down in places]
        devices.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    pen("mousePressed", 100, 200)
    pen("mouseMoved", 130, 200)
    palm("touchStart", (300, 200))
    pen("mouseMoved", 140, 200)
    palm("touchMove", (300, 220))
    palm("touchEnd")
    pen("mouseMoved", 150, 200)
    pen("mouseReleased", 150, 200)
    visit.settle()
    alpha = finish(visit)[200, :, 3]
    assert alpha[100:151].max() == 0, "the pen's stroke"
    assert alpha[230:330].min() == 255, "the palm has painted"


def test_a_stroke_ends_where_the_keyboard_leaves_the_picture(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    visit.page.focus("#stage")
    keyboard = visit.page.keyboard
    keyboard.down(" ")
    keyboard.press("Tab")
    keyboard.up(" ")
    assert visit.page.is_enabled("#undo"), "the stroke is visible, but not among the steps"
    visit.page.mouse.move(*place_of(visit, 200, 350), steps=4)
    visit.settle()
    alpha = finish(visit)[:, 200, 3]
    assert alpha[200] == 0
    assert alpha[320:380].min() == 255, "the mouse has painted without a button"
