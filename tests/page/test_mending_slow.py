"""Mending while the last mended picture is still being encoded, or if it can't be."""

from tests.page.browser import Visit
from tests.page.test_many import GOOD, select, wait_for_tally
from tests.page.test_mending import MIDDLE, PHOTO, finish, paint, pixels, start
from tests.page.test_saving import saved
from tests.page.test_unreadable import ENCODE_NOTHING_ONCE

# Gives an encoded picture after `release()` is called.
HOLD_ENCODED = """() => {
  const { toBlob } = HTMLCanvasElement.prototype;
  const released = new Promise((done) => (window.release = done));
  HTMLCanvasElement.prototype.toBlob = function (done, ...terms) {
    HTMLCanvasElement.prototype.toBlob = toBlob;
    toBlob.call(this, (blob) => released.then(() => done(blob)), ...terms);
  };
}"""


def mend_without_end(visit: Visit) -> None:
    """Erase the middle of the first of two photos, and click "Done" while encoding is held."""
    visit.choose([PHOTO, GOOD[0]])
    wait_for_tally(visit, "2 of 2 done.")
    start(visit, "erase")
    paint(visit, MIDDLE)
    visit.page.evaluate(HOLD_ENCODED)
    visit.page.click("#mended")


def test_nothing_is_saved_before_the_mended_picture_is_kept(visit: Visit) -> None:
    """The file would be the picture as it was before."""
    mend_without_end(visit)
    visit.page.wait_for_selector("#mend")
    for each in ("#save", "#copy-picture", "#zip"):
        assert not visit.page.is_visible(each)
    visit.page.evaluate("release()")
    visit.page.wait_for_selector("#zip")
    assert pixels(saved(visit.page, "#save")[1])[MIDDLE][3] == 0


def test_mending_waits_for_the_picture_mended_last(visit: Visit) -> None:
    """Strokes would be painted on the old picture, which is closed meanwhile."""
    mend_without_end(visit)
    assert visit.page.evaluate("document.getElementById('tools').inert")
    select(visit, "a.jpg")
    visit.wait("done")
    select(visit, "grey.jpg")
    visit.wait("done")
    visit.page.click("#mend")
    visit.page.wait_for_timeout(300)
    assert visit.page.is_hidden("#mending")
    visit.page.evaluate("release()")
    visit.page.wait_for_selector("#mending")
    assert visit.page.is_visible("#unmend")
    assert visit.page.is_disabled("#undo")
    paint(visit, (100, 200))
    found = finish(visit)
    assert [found[200, 200][3], found[200, 100][3], found[100, 200][3]] == [0, 0, 255]


def test_strokes_stay_if_the_picture_cannot_be_encoded(visit: Visit) -> None:
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, MIDDLE)
    visit.page.evaluate(ENCODE_NOTHING_ONCE)
    visit.page.click("#mended")
    assert "too large for this browser" in visit.notice()
    visit.wait("done")
    visit.page.click("#mend")
    assert visit.page.is_enabled("#undo")
    assert finish(visit)[MIDDLE][3] == 0
