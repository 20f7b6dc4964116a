"""What the page stores on the device, and what it does when it no longer can."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.page.browser import Visit, file
from tests.page.test_many import COUNT_KEPT, GOOD, wait_for_tally

OPENED = """(edition) => new Promise((done, fail) => {
  const request = indexedDB.open("cutout", edition);
  request.onsuccess = () => { request.result.close(); done(); };
  request.onerror = () => fail(request.error);
})"""
ROWS = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const tables = ["files", "photos", "results", "steps"];
  const counts = await Promise.all(tables.map((name) => new Promise((done) => {
    const request = database.transaction(name).objectStore(name).count();
    request.onsuccess = () => done(request.result);
  })));
  database.close();
  return counts;
}"""
LEAVE_ORPHANS = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const transaction = database.transaction(["files", "photos", "results", "steps"], "readwrite");
  const put = (table, key) => transaction.objectStore(table).put({ id: key[0] }, key);
  put("files", [1]);
  put("photos", [2]);
  put("results", [3, "fg-image"]);
  put("steps", [1, 0]);
  await new Promise((done) => { transaction.oncomplete = done; });
  database.close();
}"""
STORE_NO_FILES = """
  const { put } = IDBObjectStore.prototype;
  const held = [];
  window.release = () => {
    IDBObjectStore.prototype.put = put;
    for (const { oncomplete } of held) oncomplete?.();
  };
  IDBObjectStore.prototype.put = function (value, key) {
    const request = put.call(this, value, key);
    if (!this.transaction.objectStoreNames.contains("files")) return request;
    const transaction = {};
    held.push(transaction);
    return { transaction };
  };
"""
# Opens the database after `release()` is called.
OPEN_LATE = """
  const { open } = IDBFactory.prototype;
  const released = new Promise((done) => (window.release = done));
  IDBFactory.prototype.open = function (...terms) {
    const late = {};
    released.then(() => {
      const request = open.apply(this, terms);
      for (const name of ["onupgradeneeded", "onsuccess"])
        request[name] = (event) => { late.result = request.result; late[name]?.(event); };
    });
    return late;
  };
"""
# As when the disk fails, or Safari loses its database server.
STORE_NO_RESULTS = """() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === "results") throw new DOMException("Failed to write blobs", "DataError");
    return put.call(this, value, key);
  };
}"""
# As in WebKit's private windows: the request fails, but its transaction completes.
LOSE_FILES = """() => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name !== "files") return put.call(this, value, key);
    put.call(this, {}, key);
    const request = this.add(value, key);
    request.addEventListener("error", (event) => event.preventDefault());
    return request;
  };
}"""
ASKS_BEFORE_LEAVING = """() => {
  const event = new Event("beforeunload", { cancelable: true });
  dispatchEvent(event);
  return event.defaultPrevented;
}"""


def opened_by_newer_page(visit: Visit) -> Page:
    """Open the database in another tab as a newer version of the page does; return the tab."""
    tab = visit.page.context.new_page()
    tab.goto(visit.url + "openapi.json")
    tab.evaluate(OPENED, 3)
    return tab


def clear_site_data(visit: Visit) -> None:
    system = visit.system()
    terms: Any = {"origin": visit.url.rstrip("/"), "storageTypes": "indexeddb"}
    system.send("Storage.clearDataForOrigin", terms)


@pytest.mark.parametrize(
    ("close", "reason"),
    [(opened_by_newer_page, "Reload this tab to keep photos."), (clear_site_data, "or cleared")],
)
def test_a_closed_database_does_not_stop_the_queue(visit: Visit, close: Any, reason: str) -> None:
    visit.choose(GOOD[0])
    close(visit)
    notice = visit.notice()
    assert notice.startswith("Photos are no longer kept on this device")
    assert reason in notice
    visit.choose(GOOD[1:6])
    wait_for_tally(visit, "6 of 6 done.")
    assert visit.page.is_hidden("#notice")


def test_a_photo_chosen_before_the_database_is_open_is_kept(visit: Visit) -> None:
    visit.page.add_init_script(OPEN_LATE)
    visit.page.reload()
    visit.page.set_input_files("#file", GOOD[0])
    visit.page.evaluate("release()")
    visit.wait("done")
    assert visit.page.evaluate(ROWS)[:2] == [1, 1]


def test_photos_are_removed_after_a_newer_page_has_opened_the_database(visit: Visit) -> None:
    visit.choose(GOOD[:3])
    wait_for_tally(visit, "3 of 3 done.")
    tab = opened_by_newer_page(visit)
    visit.page.bring_to_front()
    visit.page.on("dialog", lambda dialog: dialog.accept())
    visit.page.click("#clear")
    visit.wait("empty")
    for _ in range(50):
        if not tab.evaluate(COUNT_KEPT):
            break
        tab.wait_for_timeout(100)
    assert tab.evaluate(COUNT_KEPT) == 0


def test_the_page_says_that_photos_could_not_be_removed(visit: Visit) -> None:
    visit.choose(GOOD[0])
    opened_by_newer_page(visit)
    visit.page.bring_to_front()
    visit.page.evaluate("() => { IDBFactory.prototype.open = () => { throw new Error('no'); }; }")
    visit.page.click("#clear")
    visit.page.wait_for_selector("#notice h2:has-text('Removed photos are still on this')")
    assert len(visit.errors) == 1
    visit.errors.clear()


def test_a_result_that_cannot_be_stored_is_shown(visit: Visit) -> None:
    visit.page.evaluate(STORE_NO_RESULTS)
    visit.choose(GOOD[0])
    assert visit.notice() == (
        "The browser could not store everything The photos work, but some of them or their results "
        "won't be here after a reload. DataError: Failed to write blobs"
    )
    assert visit.page.is_visible("#save")
    assert len(visit.errors) == 1
    visit.errors.clear()


def test_a_photo_that_webkit_does_not_store_is_told_of(visit: Visit) -> None:
    visit.page.evaluate(LOSE_FILES)
    visit.choose(GOOD[0])
    assert visit.notice().startswith("The browser could not store everything")
    visit.page.click("#notice-close")
    visit.choose(GOOD[1])
    wait_for_tally(visit, "2 of 2 done.")
    assert visit.page.is_hidden("#notice")
    assert len(visit.errors) == 1
    visit.errors.clear()


def test_what_is_left_of_photos_is_removed(visit: Visit) -> None:
    visit.choose(GOOD[0])
    visit.page.evaluate(LEAVE_ORPHANS)
    visit.page.reload()
    visit.wait("done")
    for _ in range(50):
        if visit.page.evaluate(ROWS) == [1, 1, 1, 0]:
            return
        visit.page.wait_for_timeout(100)
    assert visit.page.evaluate(ROWS) == [1, 1, 1, 0]


def test_the_page_asks_before_it_closes_while_photos_are_being_stored(visit: Visit) -> None:
    visit.page.evaluate(f"() => {{ {STORE_NO_FILES} }}")
    with visit.waiting_for_results():
        visit.choose(GOOD[:3], "busy")
        visit.page.wait_for_selector("[role=option] >> nth=2")
        assert visit.page.evaluate(ASKS_BEFORE_LEAVING)
        visit.page.evaluate("release()")
        visit.page.wait_for_function(f"() => !({ASKS_BEFORE_LEAVING})()")
        assert visit.page.evaluate(ROWS)[:2] == [3, 3]
        visit.page.reload()
    wait_for_tally(visit, "3 of 3 done.")


def test_a_full_device_does_not_hide_which_files_were_left_out(visit: Visit) -> None:
    system = visit.system()
    origin = visit.url.rstrip("/")
    system.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1000})
    notes = file("notes.txt", b"words")
    visit.page.set_input_files("#file", [GOOD[0], notes])
    visit.wait("done")
    full = "This device has no space left The photos work, but won't be here after a reload."
    left_out = "1 file left out notes.txt: not an image this browser can open. Use a JPEG or PNG."
    assert visit.notice() in (f"{full} {left_out}", f"{left_out} {full}")
    assert "until you close this page" in visit.page.inner_text("#tally-text")
    visit.page.click("#notice-close")
    assert visit.page.is_hidden("#notice")
