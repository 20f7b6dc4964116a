"""Photos that are changed on the disk after they were added."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import FLAGS, NAMES, Visit, program
from tests.page.test_many import select, wait_for_tally
from tests.page.test_storage import ASKS_BEFORE_LEAVING
from tests.samples import gradient, jpeg

STORE_NOTHING = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("", "QuotaExceededError"); };
}"""


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg")]
    for width, path in enumerate(paths, 60):
        path.write_bytes(jpeg(gradient(width, 40)))
    return paths


def change(photos: list[Path]) -> None:
    """As when another program saves them; a browser refuses such files."""
    for path in photos:
        os.utime(path, (1, 1))


def choose_and_change(visit: Visit, photos: list[Path], changed: list[Path]) -> None:
    """Change photos on the disk before the server has them."""
    with visit.waiting_for_results():
        visit.choose(photos, "busy")
        visit.page.wait_for_selector("[role=option] >> nth=2")
        visit.page.wait_for_function(f"() => !({ASKS_BEFORE_LEAVING})()")  # all are stored
        visit.page.click("#stop")
        change(changed)
    visit.page.click("#stop")


def test_the_stored_copy_is_sent(
    browser: Browser, server: LocalServer, photos: list[Path], tmp_path: Path
) -> None:
    """Only a lasting profile copies files: private windows keep them by reference."""
    profile, path = tmp_path / "profile", program(*NAMES)
    lasting = browser.browser_type.launch_persistent_context(
        profile, executable_path=path, args=FLAGS
    )
    try:
        visit = Visit(lasting.new_page(), server.url + "/")
        choose_and_change(visit, photos, photos)
        wait_for_tally(visit, "3 of 3 done.")
        assert visit.errors == []
    finally:
        lasting.close()


def test_without_a_copy_the_page_says_so_and_goes_on(visit: Visit, photos: list[Path]) -> None:
    visit.page.evaluate(STORE_NOTHING)
    choose_and_change(visit, photos, photos[1:2])
    wait_for_tally(visit, "2 of 3 done, 1 failed.")
    select(visit, "b.jpg")
    assert visit.failure() == (
        "This file can't be read any more It was changed, moved or deleted. Add it again."
    )
    visit.errors.clear()  # the browser's own, for the request
