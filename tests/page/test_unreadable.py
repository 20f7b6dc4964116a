"""Pictures that the browser can't decode or encode, and results that come too late."""

from tests.page.browser import Visit
from tests.page.test_many import GOOD, wait_for_tally
from tests.page.test_mending import FINISHED, PHOTO, paint, start
from tests.page.test_saving import saved

SPOIL_RESULTS = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const table = database.transaction("results", "readwrite").objectStore("results");
  table.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    if (!cursor) return;
    cursor.update({ ...cursor.value, png: new Blob(["spoilt"], { type: "image/png" }) });
    cursor.continue();
  };
  await new Promise((done) => { table.transaction.oncomplete = done; });
  database.close();
}"""
# As when a cleaner or a virus scanner has removed a file of the browser's.
LOSE_RESULTS = """() => {
  const { arrayBuffer } = Blob.prototype;
  Blob.prototype.arrayBuffer = function () {
    const isLost = this.type === "image/png";
    return isLost ? Promise.reject(new DOMException("", "NotFoundError")) : arrayBuffer.call(this);
  };
}"""
DECODE_NO_PHOTO = """() => {
  const { createImageBitmap: decode } = window;
  window.createImageBitmap = async (blob, ...rest) => {
    if (blob.type === "image/jpeg" && !rest.length) throw new DOMException("", "InvalidStateError");
    return decode(blob, ...rest);
  };
}"""
ENCODE_NOTHING = """() => {
  const { toBlob } = HTMLCanvasElement.prototype;
  window.restore = () => (HTMLCanvasElement.prototype.toBlob = toBlob);
  HTMLCanvasElement.prototype.toBlob = (done) => done(null);
}"""
ENCODE_NOTHING_ONCE = """() => {
  const { toBlob } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.toBlob = function (done) {
    HTMLCanvasElement.prototype.toBlob = toBlob;
    done(null);
  };
}"""
# Makes no thumbnail of a result until `release()` is called.
HOLD_THUMBNAILS = """() => {
  const { createImageBitmap: decode } = window;
  const released = new Promise((done) => (window.release = done));
  window.createImageBitmap = async (blob, ...rest) => {
    window.isHeld = blob.type === "image/png" && rest.length > 0;
    if (isHeld) await released;
    return decode(blob, ...rest);
  };
}"""
# Does not read the first stored shadow until `release()` is called.
HOLD_SHADOWS = """() => {
  const { get } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.get = function (key) {
    const request = get.call(this, key);
    if (key[1] !== "fg-image-shadow") return request;
    IDBObjectStore.prototype.get = get;
    const slow = {};
    request.onsuccess = () => {
      slow.result = request.result;
      window.release = () => slow.onsuccess();
    };
    return slow;
  };
}"""


def test_a_spoilt_result_is_made_again(visit: Visit) -> None:
    visit.choose(GOOD[0])
    before = saved(visit.page, "#save")
    visit.page.evaluate(SPOIL_RESULTS)
    visit.page.reload()
    assert visit.failure().startswith("The result can't be read")
    visit.page.click("#retry")
    visit.wait("done")
    assert saved(visit.page, "#save")[1] == before[1]


def test_a_spoilt_result_in_the_zip_is_named(visit: Visit) -> None:
    """It may be one of hundreds."""
    visit.choose(GOOD[:2])
    wait_for_tally(visit, "2 of 2 done.")
    visit.press("format", "jpg")
    visit.page.evaluate(SPOIL_RESULTS)
    visit.page.reload()
    visit.page.wait_for_selector("#tally-text:has-text('1 failed')")
    visit.page.click("#zip")
    assert visit.notice().startswith("A.png: A result can't be read")


def test_a_lost_result_in_the_zip_is_named(visit: Visit) -> None:
    visit.choose(GOOD[:2])
    wait_for_tally(visit, "2 of 2 done.")
    visit.page.evaluate(LOSE_RESULTS)
    visit.page.click("#zip")
    assert visit.notice().startswith("a-cut-out.png: A result can't be read")


def test_a_photo_that_the_browser_cannot_decode_is_not_mended(visit: Visit) -> None:
    """The server can, or the browser lacks memory: there is nothing to paint with."""
    visit.page.evaluate(DECODE_NO_PHOTO)
    visit.choose(PHOTO)
    visit.page.click("#mend")
    assert visit.notice().startswith("This photo can't be mended here")
    visit.wait("done")
    assert visit.page.is_hidden("#mending")
    assert saved(visit.page, "#save")[0] == "grey-cut-out.png"


def test_saving_works_again_after_a_failure(visit: Visit) -> None:
    visit.choose(GOOD[0])
    visit.press("format", "jpg")
    visit.page.evaluate(ENCODE_NOTHING)
    visit.page.click("#save")
    assert "too large for this browser" in visit.notice()
    visit.page.evaluate("() => void restore()")
    assert saved(visit.page, "#save")[0] == "a-cut-out.jpg"


def test_the_thumbnails_after_a_failed_one_are_made(visit: Visit) -> None:
    visit.page.evaluate(ENCODE_NOTHING_ONCE)
    with visit.waiting_for_results():
        visit.choose(GOOD[:3], "busy")
        visit.page.wait_for_selector("[role=option] >> nth=2 >> img:visible")


def test_a_cancelled_request_keeps_the_thumbnail(visit: Visit) -> None:
    thumbnail = "[role=option][aria-selected=true] img"
    with visit.waiting_for_results():
        visit.choose(GOOD[:2], "busy")
        visit.page.wait_for_selector(f"{thumbnail}:visible")
        visit.page.click("#stop")
        before = visit.page.get_attribute(thumbnail, "src")
        visit.page.evaluate(HOLD_THUMBNAILS)
    visit.page.click("#stop")
    visit.page.wait_for_function("() => window.isHeld")
    visit.page.click("#stop")
    visit.page.evaluate("release()")
    wait_for_tally(visit, "0 of 2 done. Stopped.")
    assert visit.page.get_attribute(thumbnail, "src") == before


def test_a_result_that_was_dropped_while_it_was_kept_stays_dropped(visit: Visit) -> None:
    """A shadow is outdated once its photo is mended."""
    visit.choose(PHOTO)
    visit.page.evaluate(HOLD_SHADOWS)
    visit.press("mode", "fg-image-shadow")
    visit.page.wait_for_function("() => window.release")
    visit.press("mode", "fg-image")
    visit.wait("done")
    start(visit, "erase")
    paint(visit, (200, 200))
    visit.page.click("#mended")
    visit.page.wait_for_selector(FINISHED)
    visit.page.evaluate("release()")
    posts = len(visit.posts("/v1/results"))
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    assert len(visit.posts("/v1/results")) == posts + 1
