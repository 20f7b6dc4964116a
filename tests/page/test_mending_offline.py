"""Mended masks that the server can finish only later."""

import pytest

from tests.page.browser import Visit
from tests.page.conftest import Open
from tests.page.test_mending import FINISHED, MIDDLE, PHOTO, paint, pixels, start
from tests.page.test_saving import saved

# Decodes no PNG until a finished result is being kept, and takes a while to keep it.
SLOW_TO_DECODE_AND_KEEP = """
  const { createImageBitmap: decode } = window;
  const { put } = IDBObjectStore.prototype;
  let begin;
  const keeping = new Promise((done) => (begin = done));
  window.createImageBitmap = async (blob, ...rest) => {
    if (blob.type === "image/png") await keeping;
    return decode(blob, ...rest);
  };
  IDBObjectStore.prototype.put = function (value, key) {
    const request = put.call(this, value, key);
    if (this.name !== "results" || value.isUnfinished !== false) return request;
    begin();
    const { transaction } = request;
    const slow = {};
    transaction.oncomplete = () => setTimeout(() => slow.oncomplete(), 500);
    return { transaction: slow };
  };
"""


def mend_offline(visit: Visit) -> None:
    """Erase the middle while the server can't be reached."""
    visit.choose(PHOTO)
    start(visit, "erase")
    paint(visit, (200, 200))
    visit.page.route("**/v1/*", lambda route: route.abort())
    visit.page.click("#mended")
    assert "couldn't refine the edges" in visit.notice()


def test_without_the_server_the_strokes_are_kept(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        mend_offline(visit)
        visit.page.wait_for_selector("#facts:has-text('edges not refined by the server')")
        visit.wait("done")
        assert pixels(saved(visit.page, "#save")[1])[MIDDLE][3] == 0
        visit.page.unroute("**/v1/*")
        visit.page.reload()
        visit.page.wait_for_selector(FINISHED)


def test_a_result_that_is_finished_while_it_is_decoded_is_shown(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        mend_offline(visit)
        visit.page.unroute("**/v1/*")
        visit.page.add_init_script(SLOW_TO_DECODE_AND_KEEP)
        visit.page.reload()
        visit.page.wait_for_selector(FINISHED)
        visit.wait("done")
        assert pixels(saved(visit.page, "#save")[1])[MIDDLE][3] == 0


@pytest.mark.parametrize("way", ["retry", "online", "by itself"])
def test_the_server_finishes_when_it_is_back(open_page: Open, way: str) -> None:
    with open_page(complaints=None) as visit:
        mend_offline(visit)
        visit.page.wait_for_selector("#facts:has-text('edges not refined by the server')")
        if way == "retry":
            visit.press("mode", "fg-image-shadow")
            visit.wait("failed")
        visit.page.unroute("**/v1/*")
        if way == "retry":
            visit.page.click("#retry")
            visit.wait("done")
            visit.press("mode", "fg-image")
        elif way == "online":
            visit.page.evaluate("() => void dispatchEvent(new Event('online'))")
        visit.page.wait_for_selector(FINISHED)


def test_a_mask_that_breaks_each_connection_is_not_sent_for_ever(open_page: Open) -> None:
    """The server is there, but this mask crashes it."""
    with open_page(complaints=None) as visit:
        visit.choose(PHOTO)
        start(visit, "erase")
        paint(visit, (200, 200))
        sent = len(visit.posts("/v1/results"))
        visit.page.clock.install()
        visit.page.route("**/v1/results*", lambda route: route.abort())
        visit.page.click("#mended")
        assert "couldn't refine the edges" in visit.notice()
        for _ in range(120):
            visit.page.clock.run_for(1000)
        assert len(visit.posts("/v1/results")) - sent == 3
        assert "The connection failed" not in visit.page.inner_text("#notice h2 >> nth=0")
