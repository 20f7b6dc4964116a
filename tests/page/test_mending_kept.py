"""Strokes outlive the page until "Done": they come back when the photo is mended again."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tests.page.browser import Visit, file
from tests.page.conftest import Open
from tests.page.test_many import select
from tests.page.test_mending import FINISHED, MIDDLE, PHOTO, finish, paint, pixels, start, stroked
from tests.page.test_mending_idle import objects_switched, photo, strokes_undone_and_redone
from tests.page.test_objects import UPPER, is_on, split
from tests.page.test_saving import saved
from tests.samples import jpeg

OTHER = file("other.jpg", jpeg(Image.new("RGB", (400, 400), (200, 60, 30)), quality=100))
BACK = "Your strokes are back."
ON_DEVICE = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  if (!database.objectStoreNames.contains("steps")) return -1;
  const count = await new Promise((done) => {
    const request = database.transaction("steps").objectStore("steps").count();
    request.onsuccess = () => done(request.result);
  });
  database.close();
  return count;
}"""

GIVE_ANOTHER_SHAPE = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const table = database.transaction("steps", "readwrite").objectStore("steps");
  table.openCursor().onsuccess = ({ target: { result } }) =>
    result?.update({ ...result.value, shape: 0.5 });
  await new Promise((done) => { table.transaction.oncomplete = done; });
  database.close();
}"""


def steps_on_device(visit: Visit) -> int:
    return int(visit.page.evaluate(ON_DEVICE))


def wait_for_steps(visit: Visit, count: int) -> None:
    """Wait until so many are left: a photo is forgotten while the page goes on."""
    for _ in range(50):
        if steps_on_device(visit) == count:
            return
        visit.page.wait_for_timeout(100)
    assert steps_on_device(visit) == count


def said(visit: Visit) -> str:
    return visit.page.text_content("#said") or ""


def mend_again(visit: Visit, brush: str | None = None) -> None:
    """Press the button, and wait for the brushes."""
    visit.wait("done")
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    if brush:
        visit.press("brush", brush)


def mend_after_reload(visit: Visit, brush: str | None = None) -> None:
    visit.page.reload()
    mend_again(visit, brush)


def undone(visit: Visit) -> int:
    """Undo all; the number of steps."""
    count = 0
    while visit.page.is_enabled("#undo"):
        visit.page.click("#undo")
        count += 1
    return count


def no_wait(_: Visit) -> None:
    """Go on at once."""


@pytest.mark.parametrize(("work", "count"), [(strokes_undone_and_redone, 4), (objects_switched, 4)])
def test_after_a_reload_the_picture_is_the_same_bit_for_bit(
    open_page: Open, work: Callable[[Visit, Callable[[Visit], None]], None], count: int
) -> None:
    found = []
    for is_reloaded in (False, True):
        with open_page() as visit:
            visit.choose(file("noise.jpg", photo()))
            start(visit, "erase")
            visit.page.locator("#brush-size").fill("20")
            work(visit, no_wait)
            if is_reloaded:
                mend_after_reload(visit)
                assert said(visit).startswith(BACK)
            assert steps_on_device(visit) == count
            found.append(stroked(visit))
    assert np.array_equal(found[0], found[1])


def test_strokes_that_are_back_are_undone_one_by_one(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    for x in (200, 100, 300):
        paint(visit, (x, 200))
    visit.page.click("#undo")  # right after the stroke
    mend_after_reload(visit, "erase")
    assert visit.page.is_disabled("#redo")
    visit.page.click("#undo")
    mend_after_reload(visit)
    visit.page.click("#undo")
    visit.page.click("#redo")
    mend_after_reload(visit)
    found = finish(visit)[200, [100, 200, 300], 3]
    assert found.tolist() == [255, 0, 255]


def test_with_all_undone_nothing_is_left(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    paint(visit, (100, 200))
    assert undone(visit) == 2
    assert steps_on_device(visit) == 0
    mend_after_reload(visit)
    assert BACK not in said(visit)
    assert visit.page.is_disabled("#undo")


def test_an_object_that_is_off_is_switched_on_after_a_reload(visit: Visit) -> None:
    split(visit)
    whole = stroked(visit)
    visit.page.reload()
    visit.wait("done")
    visit.page.wait_for_selector(FINISHED)
    mend_again(visit, "objects")
    paint(visit, UPPER)
    visit.press("brush", "erase")
    paint(visit, (200, 390))
    visit.press("brush", "objects")
    off = is_on(visit)
    assert sorted(off) == [False, True]
    mend_after_reload(visit, "objects")
    assert is_on(visit) == off
    paint(visit, UPPER)
    assert is_on(visit) == [True, True]
    mend_after_reload(visit)
    visit.page.click("#undo")  # the switch
    visit.press("brush", "objects")
    assert is_on(visit) == off
    paint(visit, UPPER)
    found = finish(visit)
    assert np.array_equal(found[:300, :, 3], whole[:300, :, 3])
    assert found[390, 200, 3] == 0


def test_objects_seen_before_an_undone_stroke_are_not_switched(visit: Visit) -> None:
    """What is switched after the undoing must be found again after a reload."""
    split(visit)
    visit.page.click("#undo")
    assert is_on(visit) == [True]
    visit.page.click("#redo")
    assert is_on(visit) == [True, True]
    visit.page.click("#undo")
    paint(visit, UPPER)
    mend_after_reload(visit, "objects")
    assert is_on(visit) == [False]
    assert undone(visit) == 1


def look_at_another(visit: Visit) -> None:
    """Drop a photo on the page; the strip waits while the brush is in hand."""
    visit.choose(OTHER)
    visit.page.wait_for_selector("#name:text-is('other.jpg')")
    visit.wait("done")


def test_strokes_come_back_after_another_photo_was_looked_at(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    look_at_another(visit)
    mend_again(visit)
    assert visit.page.is_disabled("#undo"), "the strokes are another photo's"
    visit.page.click("#mended")
    select(visit, "grey.jpg")
    mend_again(visit)
    assert said(visit).startswith(BACK)
    assert finish(visit)[MIDDLE][3] == 0


def test_done_forgets_the_steps(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    assert steps_on_device(visit) == 1
    assert finish(visit)[MIDDLE][3] == 0
    assert steps_on_device(visit) == 0
    mend_after_reload(visit)
    assert BACK not in said(visit)
    assert visit.page.is_disabled("#undo")
    visit.page.click("#mended")
    visit.wait("done")
    assert pixels(saved(visit.page, "#save")[1])[MIDDLE][3] == 0


def test_starting_over_forgets_the_steps(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    finish(visit)
    mend_again(visit)
    paint(visit, (100, 200))
    assert steps_on_device(visit) == 1
    visit.page.click("#unmend")
    visit.page.wait_for_selector("#facts:not(:has-text('mended by hand'))")
    visit.wait("done")
    wait_for_steps(visit, 0)
    mend_after_reload(visit)
    assert visit.page.is_disabled("#undo")


def test_strokes_on_a_picture_that_the_server_finishes_meanwhile_come_back(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    with visit.waiting_for_results():
        visit.page.click("#mended")
        visit.page.wait_for_selector("#facts:has-text('refining edges')")
        mend_again(visit)
        paint(visit, (100, 200))
    visit.page.reload()
    visit.page.wait_for_selector(FINISHED)
    mend_again(visit)
    assert said(visit).startswith(BACK)
    found = finish(visit)
    assert (found[200, 200, 3], found[200, 100, 3], found[100, 200, 3]) == (0, 0, 255)


def test_steps_of_another_cut_out_are_dropped(visit: Visit) -> None:
    """As when the page was closed when its cut-out was stored, before it deleted the steps."""
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (100, 200))
    visit.page.evaluate(GIVE_ANOTHER_SHAPE)
    assert steps_on_device(visit) == 1
    mend_after_reload(visit)
    assert BACK not in said(visit)
    assert visit.page.is_disabled("#undo")
    assert steps_on_device(visit) == 0


def test_a_removed_photo_leaves_no_step(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    look_at_another(visit)
    mend_again(visit, "erase")
    paint(visit, (200, 200))
    paint(visit, (100, 200))
    assert steps_on_device(visit) == 3
    visit.page.reload()
    visit.wait("done")
    assert visit.page.inner_text("#name") == "grey.jpg"
    visit.page.focus("#strip")
    visit.page.keyboard.press("Delete")
    wait_for_steps(visit, 2)
    mend_after_reload(visit)
    assert undone(visit) == 2


def test_remove_all_leaves_no_step(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    look_at_another(visit)
    assert steps_on_device(visit) == 1
    visit.page.on("dialog", lambda dialog: dialog.accept())
    visit.page.click("#clear")
    visit.wait("empty")
    wait_for_steps(visit, 0)
