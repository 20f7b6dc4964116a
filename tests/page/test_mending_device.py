"""Strokes where the device has no room, no database, or one that an older page has made."""

import pytest

from tests.page.browser import Visit
from tests.page.test_many import COUNT_KEPT
from tests.page.test_mending import MIDDLE, PHOTO, finish, paint, start
from tests.page.test_mending_kept import BACK, mend_after_reload, mend_again, said, steps_on_device

FULL = """
  const { put } = IDBObjectStore.prototype;
  window.isFull = false;
  IDBObjectStore.prototype.put = function (value, key) {
    if (isFull && this.name === "steps") throw new DOMException("", "QuotaExceededError");
    return put.call(this, value, key);
  };
"""
NO_DATABASE = """
  indexedDB.open = () => {
    throw new DOMException("", "SecurityError");
  };
"""


def test_what_a_full_device_has_kept_comes_back_without_what_follows(visit: Visit) -> None:
    visit.page.add_init_script(FULL)
    visit.page.reload()
    visit.choose(PHOTO)
    start(visit, "erase")
    for x, is_full in ((200, False), (100, True), (300, False)):
        visit.page.evaluate(f"isFull = {str(is_full).lower()}")
        paint(visit, (x, 200))
    assert "no space left" in visit.notice()
    assert steps_on_device(visit) == 1
    mend_after_reload(visit)
    found = finish(visit)[200, [100, 200, 300], 3]
    assert found.tolist() == [255, 0, 255]


def test_a_browser_that_keeps_nothing_mends_all_the_same(visit: Visit) -> None:
    visit.page.add_init_script(NO_DATABASE)
    visit.page.reload()
    visit.choose(PHOTO)
    assert visit.notice().startswith("The browser could not store everything")
    assert "until you close this page" in visit.page.inner_text("#tally-text")
    assert len(visit.errors) == 1
    visit.errors.clear()
    start(visit, "erase")
    for x in (200, 100):
        paint(visit, (x, 200))
    visit.page.click("#undo")
    visit.page.click("#undo")
    visit.page.click("#redo")
    found = finish(visit)
    assert (found[200, 200, 3], found[200, 100, 3]) == (0, 255)


TO_VERSION_1 = """async () => {
  const read = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
  const copied = async (value) => {
    for (const [name, each] of Object.entries(value)) {
      if (!(each instanceof Blob)) continue;
      value[name] = new File([await each.arrayBuffer()], each.name ?? "", { type: each.type });
    }
    return value;
  };
  const last = await read(indexedDB.open("cutout"));
  const kept = [];
  for (const table of ["photos", "files", "results", "settings"]) {
    const source = () => last.transaction(table).objectStore(table);
    const [keys, values] = [await read(source().getAllKeys()), await read(source().getAll())];
    for (const [at, value] of values.entries()) kept.push([table, await copied(value), keys[at]]);
  }
  last.close();
  await read(indexedDB.deleteDatabase("cutout"));
  const request = indexedDB.open("cutout", 1);
  request.onupgradeneeded = () => {
    for (const table of ["photos", "files", "results", "settings"]) {
      request.result.createObjectStore(table);
    }
  };
  const first = await read(request);
  for (const [table, value, key] of kept) {
    await read(first.transaction(table, "readwrite").objectStore(table).put(value, key));
  }
  if (!window.staysOpen) first.close();
  window.first = first; // or the browser could close it
  return first.version;
}"""


NEWER = """() => new Promise((done) => {
  const request = indexedDB.open("cutout", 3);
  request.onblocked = () => done("blocked");
  request.onsuccess = () => {
    request.result.close();
    done("open");
  };
})"""


def wait_until_kept(visit: Visit) -> None:
    """Wait until the photo, its file and its result are on the device, and nothing else comes."""
    last = -1
    for _ in range(50):
        count = visit.page.evaluate(COUNT_KEPT)
        if count == last and count >= 3:
            return
        last = count
        visit.page.wait_for_timeout(200)
    pytest.fail(f"{last} records are on the device")


def back_to_version_1(visit: Visit, *, stays_open: bool = False) -> None:
    """Leave the page, and put what it keeps into a database as it was before there were steps."""
    wait_until_kept(visit)
    visit.page.goto(visit.url + "docs")
    visit.page.evaluate("(stays) => { window.staysOpen = stays; }", stays_open)
    assert visit.page.evaluate(TO_VERSION_1) == 1


def test_photos_that_an_older_page_has_kept_are_there_and_can_be_mended(visit: Visit) -> None:
    visit.choose(PHOTO)
    visit.press("backdrop", "black")
    back_to_version_1(visit)
    visit.page.goto(visit.url)
    visit.wait("done")
    assert visit.page.inner_text("#name") == "grey.jpg"
    assert visit.page.is_checked('[name="backdrop"][value="black"]')
    assert len(visit.posts("/v1/results")) == 1, "what was done is done again"
    mend_again(visit, "erase")
    paint(visit, (200, 200))
    mend_after_reload(visit)
    assert said(visit).startswith(BACK)
    assert tuple(finish(visit)[MIDDLE]) == (0, 0, 0, 255)


def test_a_tab_with_an_older_page_is_named_and_waited_for(visit: Visit) -> None:
    visit.choose(PHOTO)
    back_to_version_1(visit, stays_open=True)
    tab = Visit(visit.page.context.new_page(), visit.url)
    assert "in another tab" in tab.notice()
    visit.page.goto(visit.url + "docs")
    tab.wait("done")
    assert tab.page.inner_text("#name") == "grey.jpg"
    visit.page.goto(visit.url)
    visit.wait("done")


def test_a_page_lets_go_of_the_device_for_a_newer_one(visit: Visit) -> None:
    tab = visit.page.context.new_page()
    tab.goto(visit.url + "docs")
    assert tab.evaluate(NEWER) == "open"
    tab.close()
