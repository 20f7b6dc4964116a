"""The brushes: what they take away and bring back, by mouse, finger and key."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.page.browser import Visit, file
from tests.page.conftest import Open
from tests.page.test_accessibility import ON_A_PHONE, findings
from tests.page.test_saving import saved
from tests.samples import jpeg

GREY = (90, 120, 150)
PHOTO = file("grey.jpg", jpeg(Image.new("RGB", (400, 400), GREY), quality=100))
FINISHED = "#facts:has-text('mended by hand'):not(:has-text('edges'))"
MIDDLE, CORNER = (200, 200), (3, 3)  # with the tests' segmenter: object, and background


def start(visit: Visit, brush: str) -> None:
    visit.page.click("#mend")
    visit.press("brush", brush)


def paint(visit: Visit, *points: tuple[float, float]) -> None:
    """A stroke with the mouse, in the picture's pixels, where it fits its frame."""
    for at, point in enumerate(points):
        visit.page.mouse.move(*place_of(visit, *point), steps=4)
        if at == 0:
            visit.page.mouse.down()
    visit.page.mouse.up()
    visit.settle()


def place_of(visit: Visit, x: float, y: float) -> tuple[float, float]:
    """Return where a pixel of a picture of 400 x 400 is in the window, where it fits its frame."""
    box = visit.page.locator("#view").bounding_box()
    assert box
    side = min(box["width"], box["height"]) - 32
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    return left + x / 400 * side, top + y / 400 * side


def finish(visit: Visit) -> np.ndarray:
    """Leave the brush; the saved picture's pixels once the server has finished it."""
    with visit.page.expect_response("**/v1/results*"):
        visit.page.click("#mended")
    visit.page.wait_for_selector(FINISHED)
    visit.wait("done")
    return pixels(saved(visit.page, "#save")[1])


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(content)).convert("RGBA"))


def test_what_is_erased_is_gone_from_the_file(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (180, 200), (220, 200))
    found = finish(visit)
    assert found[MIDDLE][3] == 0
    assert found[100, 200][3] == 255
    assert " -F mask=@grey-mask.png " in visit.command()
    visit.page.reload()
    visit.wait("done")
    assert pixels(saved(visit.page, "#save")[1])[MIDDLE][3] == 0


def test_what_is_kept_has_the_photo_s_colours(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "keep")
    paint(visit, (3, 3))
    found = finish(visit)
    assert found[CORNER][3] == 255
    assert np.abs(found[CORNER][:3].astype(int) - GREY).max() <= 2


def test_a_hard_edge_and_a_soft_one(visit: Visit) -> None:
    visit.choose(PHOTO)
    shares = []
    for is_soft in (True, False):
        visit.page.click("#mend")
        visit.press("brush", "erase")
        visit.page.set_checked("#brush-soft", is_soft)
        paint(visit, (200, 200))
        alpha = finish(visit)[150:250, 150:250, 3]
        shares.append(((alpha > 0) & (alpha < 255)).mean())
        visit.page.click("#mend")
        visit.page.click("#unmend")
        visit.page.wait_for_selector("#facts:not(:has-text('mended by hand'))")
        visit.wait("done")
    assert shares[0] > 3 * shares[1] > 0


@pytest.mark.parametrize("zoom", ["fit", "4"])
@pytest.mark.parametrize("brush", ["erase", "keep"])
def test_drawing_only_what_the_brush_changes_shows_the_same(
    visit: Visit, brush: str, zoom: str
) -> None:
    visit.choose(PHOTO)
    visit.press("zoom", zoom)
    start(visit, brush)
    visit.page.mouse.move(500, 300)
    for is_down in (False, True):
        if is_down:
            visit.page.mouse.down()
        before = visit.drawn()
        for x, y in ((520, 310), (610, 333), (640, 250), (300 + 9 * is_down, 420)):
            visit.page.mouse.move(x, y, steps=3)
            visit.settle()
        changed = visit.drawn()
        visit.page.dispatch_event("#brush-size", "input")  # draws everything
        visit.settle()
        assert before != changed == visit.drawn()
    visit.page.mouse.up()


def test_strokes_are_undone_and_redone(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    paint(visit, (100, 200))
    visit.page.focus("#stage")
    visit.page.keyboard.press("Control+z")
    visit.page.keyboard.press("Control+z")
    assert visit.page.is_disabled("#undo")
    visit.page.keyboard.press("Control+Shift+z")
    assert visit.page.is_enabled("#redo")
    found = finish(visit)
    assert (found[200, 200][3], found[200, 100][3]) == (0, 255)


def test_by_keyboard(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    visit.page.focus("#stage")
    visit.page.keyboard.down(" ")
    for _ in range(12):
        visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.up(" ")
    found = finish(visit)
    erased = np.flatnonzero(found[200, :, 3] == 0)
    assert erased.min() < 200
    assert erased.max() > 220


def test_the_mask_has_the_strokes_too(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    finish(visit)
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    found = pixels(saved(visit.page, "#save")[1])
    assert tuple(found[MIDDLE]) == (0, 0, 0, 255)
    assert tuple(found[100, 200]) == (255, 255, 255, 255)


def test_what_is_seen_while_painting_is_what_comes_of_it(visit: Visit) -> None:
    """The stroke in progress is painted at the screen's size."""
    visit.choose(PHOTO)
    start(visit, "erase")
    middle, edge = visit.pixel(0.5, 0.5), visit.pixel(0.5, 0.25)
    visit.page.mouse.move(*middle_of_stage(visit))
    visit.page.mouse.down()
    visit.settle()
    erased = visit.pixel(0.5, 0.5)
    assert erased != middle
    visit.page.mouse.up()
    visit.settle()
    assert visit.pixel(0.5, 0.5) == erased
    assert visit.pixel(0.5, 0.25) == edge


def middle_of_stage(visit: Visit) -> tuple[float, float]:
    box = visit.page.locator("#view").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_wheel_zooms_where_the_pointer_is(visit: Visit) -> None:
    visit.choose(PHOTO)
    visit.page.click("#mend")
    visit.page.mouse.move(*middle_of_stage(visit))
    visit.page.mouse.wheel(0, -400)
    visit.settle()
    assert not visit.page.is_checked('[name="zoom"][value="fit"]')
    visit.page.mouse.wheel(0, 4000)
    visit.settle()
    assert visit.page.is_checked('[name="zoom"][value="fit"]')


def test_two_fingers_zoom_and_paint_nothing(open_page: Open) -> None:
    with open_page(**ON_A_PHONE) as visit:
        visit.choose(PHOTO)
        start(visit, "erase")
        x, y = middle_of_stage(visit)
        system = visit.system()
        for kind, gap in (("Start", 20), ("Move", 40), ("Move", 60), ("End", None)):
            fingers = [] if gap is None else [{"x": x - gap, "y": y}, {"x": x + gap, "y": y}]
            points = [{**each, "id": at} for at, each in enumerate(fingers)]
            system.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        visit.settle()
        assert not visit.page.is_checked('[name="zoom"][value="fit"]')
        assert visit.page.is_disabled("#undo"), "a pinch has painted"
        system.send(
            "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
        )
        system.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        visit.settle()
        assert visit.page.is_enabled("#undo"), "a finger paints nothing"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_beside_the_brush(open_page: Open, scheme: str) -> None:
    with open_page(color_scheme=scheme) as visit:
        visit.choose(PHOTO)
        start(visit, "erase")
        paint(visit, (200, 200))
        assert findings(visit.page) == []


def red_over_blue(alpha: np.ndarray) -> Image.Image:
    share = alpha[..., np.newaxis] / 255
    mixed = share * (255, 0, 0) + (1 - share) * (0, 0, 255)
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def test_soft_edges_get_the_objects_colours_from_the_server(visit: Visit) -> None:
    """The photo is red at the left, blue at the right, and a blend in between."""
    ramp = np.clip((224 - np.arange(400)) * 255 / 20, 0, 255)
    visit.choose(file("edge.jpg", jpeg(red_over_blue(np.tile(ramp, (400, 1))), quality=100)))
    start(visit, "erase")
    visit.page.locator("#brush-size").fill("60")
    paint(visit, (240, 0), (240, 400))
    local = stroked(visit)
    visit.page.reload()  # what was under way is sent again
    visit.page.wait_for_selector(FINISHED)
    visit.wait("done")
    found = pixels(saved(visit.page, "#save")[1])
    assert np.array_equal(found[..., 3], local[..., 3]), "the server changed the alpha"
    middle = np.s_[150:250, :240]
    soft = (found[middle][..., 3] > 60) & (found[middle][..., 3] < 200)
    assert soft.sum() > 200
    blue, before = (each[middle][soft][:, 2].mean() for each in (found, local))
    assert blue < before - 20, "the old background still shows"


def stroked(visit: Visit) -> np.ndarray:
    """The picture that is mended in the browser, taken while the server is kept from finishing."""
    with visit.waiting_for_results():
        visit.page.click("#mended")
        visit.page.wait_for_selector("#facts:has-text('refining edges')")
        visit.wait("done")
        return pixels(saved(visit.page, "#save")[1])


def test_the_shadow_has_the_strokes_too(visit: Visit) -> None:
    visit.choose(PHOTO)
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    visit.press("mode", "fg-image")
    visit.wait("done")
    start(visit, "erase")
    paint(visit, (200, 200))
    finish(visit)
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    assert "-F mask=@grey-mask.png" in visit.command()
    assert "mended by hand" in visit.facts()
    found = pixels(saved(visit.page, "#save")[1])
    assert tuple(found[MIDDLE][:3]) == (0, 0, 0), "the hole shows the object"
    assert found[100, 200][3] == 255
    visit.press("mode", "fg-image")
    visit.page.click("#mend")
    visit.page.click("#unmend")
    visit.page.wait_for_selector("#facts:not(:has-text('mended by hand'))")
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    assert "mask=" not in visit.command()
    assert pixels(saved(visit.page, "#save")[1])[MIDDLE][3] == 255
