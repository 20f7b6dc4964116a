"""A visit finds nothing of the one before, in whose tab it may be."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.samples import jpeg

PHOTO = file("a.jpg", jpeg())
STORED = """async () => [
  localStorage.length,
  sessionStorage.length,
  document.cookie.length,
  (await indexedDB.databases()).filter((each) => each.name !== "cutout").length,
  (await caches.keys()).length,
]"""
STORE = """async () => {
  localStorage.a = sessionStorage.a = document.cookie = "a=1";
  await caches.open("a");
  await new Promise((done) => { indexedDB.open("other").onsuccess = done; });
}"""


def test_nothing_is_left_in_a_tab(browser: Browser, server: LocalServer) -> None:
    url = f"{server.url}/"
    with visiting(browser, url) as first:
        first.choose(PHOTO)
        first.press("mode", "fg-mask")
        first.wait_for_command("mode=fg-mask")
        first.page.evaluate(STORE)
        assert first.page.evaluate(STORED) == [1, 1, 3, 1, 1]
        first.page.route("**/v1/results*", lambda route: route.abort())
        first.page.mouse.move(640, 400)
        first.page.mouse.down()
    asked = len(first.requests)
    with visiting(browser, url) as second:
        assert second.tab is first.tab
        assert second.state() == "empty"
        assert second.page.evaluate(STORED) == [0] * 5
        assert not second.page.is_visible("#strip")
        second.choose(PHOTO)
        assert second.page.is_checked('[name="mode"][value="fg-image"]')
        second.page.evaluate("addEventListener('mousemove', (each) => { held = each.buttons; })")
        second.page.mouse.move(650, 410)
        assert second.page.evaluate("held") == 0, "a button of the mouse"
        assert len(first.requests) == asked, "what the second asks for is noted as the first's"


LASTING: dict[str, Callable[[Visit], Any]] = {
    "a script": lambda visit: visit.page.add_init_script("window.outlasts = 1"),
    "a listener": lambda visit: visit.page.on("dialog", lambda dialog: dialog.accept()),
    "a clock": lambda visit: visit.page.clock.install(),
    "a key": lambda visit: visit.page.keyboard.down("Shift"),
    "a size": lambda visit: visit.page.set_viewport_size({"width": 500, "height": 500}),
    "the context": lambda visit: visit.page.context.set_offline(True),
}


@pytest.mark.parametrize("change", LASTING.values(), ids=LASTING)
def test_what_outlasts_a_visit_ends_its_tab(
    browser: Browser, server: LocalServer, change: Callable[[Visit], Any]
) -> None:
    with visiting(browser, f"{server.url}/") as first:
        change(first)
    with visiting(browser, f"{server.url}/") as second:
        assert second.tab is not first.tab


def test_a_visit_that_fails_ends_its_tab(browser: Browser, server: LocalServer) -> None:
    with pytest.raises(ZeroDivisionError), visiting(browser, f"{server.url}/") as first:
        raise ZeroDivisionError
    with visiting(browser, f"{server.url}/") as second:
        assert second.tab is not first.tab
