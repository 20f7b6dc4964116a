"""The JavaScript client in a browser, in a page of another origin than the API."""

from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from cutout.api.page import (
    CLIENT,
    FOLDER,
    SCRIPT,
    assets,
    client_folder,
    without_comments,
)
from tests.local_server import ROOT, LocalServer
from tests.page.browser import browser, file
from tests.page.test_large import LARGE, of_size
from tests.samples import PHOTOS, jpeg

__all__ = ["browser"]

KEY = "the-key-of-the-tests"
ASTRONAUT = PHOTOS / "astronaut.jpg"
DECODE = """(text) => {
  window.photo = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}"""
CUT_OUT = """async ([url, key, more]) => {
  const { cutOut } = await import("/clients/js/cutout.js");
  const seen = [];
  const control = new AbortController();
  if (more.abort) setTimeout(() => control.abort(), 300);
  if (more.stop) setTimeout(() => window.stop(), 300);
  const onProgress = (progress) => {
    seen.push(progress);
    if (progress.phase === more.abortAt) control.abort();
  };
  const terms = { url, key, onProgress, signal: control.signal, ...more };
  try {
    const made = await cutOut(window.photo, terms);
    return { type: made.type, status: made.status?.code, seen };
  } catch ({ name, code, status, message, retryAfter }) {
    return { name, code, status, message, retryAfter, seen };
  }
}"""

OTHER_WINDOW = """async ([url, key]) => {
  const { cutOut } = await import("/clients/js/cutout.js");
  const { contentWindow } = document.body.appendChild(document.createElement("iframe"));
  const file = new contentWindow.File([window.photo], "other.jpg", { type: "image/jpeg" });
  return cutOut(file, { url, key, answer: "json" });
}"""
LISTENERS = """async (headers) => {
  const { cutOut } = await import("/clients/js/cutout.js");
  const { signal } = new AbortController();
  const left = new Set();
  signal.addEventListener = (_, listener) => left.add(listener);
  signal.removeEventListener = (_, listener) => left.delete(listener);
  const terms = { url: "api", signal, headers };
  const ended = await cutOut(new Uint8Array(3), terms).catch(({ name }) => name);
  await new Promise((done) => setTimeout(done)); // the request's last event is after its answer
  return [ended.type ?? ended, left.size];
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The checkout as a web site of its own, as the example says."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=ROOT)) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """Answers over 100 kB are elsewhere."""
    with LocalServer(
        CUTOUT_API_KEYS=KEY,
        CUTOUT_MAX_ANSWER_BYTES="100000",
        CUTOUT_STORAGE_DIR=str(tmp_path_factory.mktemp("files")),
    ) as running:
        yield running


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    tab = browser.new_page()
    tab.set_default_timeout(60_000)
    tab.goto(f"{site}/examples/browser.html")
    yield tab
    tab.close()


def cut_out(page: Page, url: str, photo: bytes, key: str = KEY, **more: Any) -> dict[str, Any]:
    page.evaluate(DECODE, b64encode(photo).decode())
    found: dict[str, Any] = page.evaluate(CUT_OUT, [url, key, more])
    return found


def test_the_page_sends_this_very_module() -> None:
    text = (client_folder() / CLIENT).read_text("utf-8")
    module = without_comments(text)
    body = module.replace("\nexport ", "\n").removeprefix("export ")
    assert body in assets()[SCRIPT].content.decode()
    assert not (FOLDER / CLIENT).exists(), "a second copy"


def test_the_example(page: Page, site: str) -> None:
    with LocalServer() as server:
        page.goto(f"{site}/examples/browser.html?url={server.url}")
        page.set_input_files("#photo", ASTRONAUT)
        page.wait_for_selector("#text:text-is('Done.')")
        size = page.evaluate(
            "(async (image) => (await image.decode(), image.naturalWidth))"
            "(document.getElementById('cut-out'))"
        )
        assert 0 < size <= 512
        page.set_input_files("#photo", file("broken.jpg", b"\xff\xd8\xff"))
        page.wait_for_selector("#text:text-is('failure: Can not load image.')")


def test_a_file_of_another_window_keeps_its_name(page: Page, server: LocalServer) -> None:
    page.evaluate(DECODE, b64encode(jpeg()).decode())
    assert page.evaluate(OTHER_WINDOW, [server.url, KEY])["name"] == "other.jpg"


def test_an_answer_that_is_elsewhere(page: Page, server: LocalServer) -> None:
    photo = jpeg(Image.effect_noise((500, 400), 90).convert("RGB"))
    before = server.log().count('"status": 303')
    assert cut_out(page, server.url, photo)["type"] == "image/png"
    assert cut_out(page, server.url, photo, answer="json")["status"] == "ok"
    assert server.log().count('"status": 303') == before + 2


def test_the_progress_of_a_large_file(page: Page, server: LocalServer) -> None:
    large = of_size(LARGE + 1)
    found = cut_out(page, server.url, large)
    assert found["type"] == "image/png"
    phases = [each["phase"] for each in found["seen"]]
    assert list(dict.fromkeys(phases)) == ["upload", "work", "download"]
    assert {each["through"] for each in found["seen"]} == {"uploads"}
    fractions = [each["fraction"] for each in found["seen"] if each["phase"] == "upload"]
    assert fractions[0] == 0
    assert fractions == sorted(fractions)


def test_errors(page: Page, server: LocalServer) -> None:
    wrong = cut_out(page, server.url, jpeg(), key="wrong")
    assert (wrong["name"], wrong["code"], wrong["status"]) == ("CutOutError", "unauthorized", 401)
    assert "valid API key" in wrong["message"]
    broken = cut_out(page, server.url, b"\xff\xd8\xff")
    assert (broken["code"], broken["message"]) == ("failure", "Can not load image.")
    nobody = cut_out(page, "http://127.0.0.1:1", jpeg())
    assert (nobody["code"], nobody["status"]) == ("network", 0)


WRONG = [(None, KEY, "The option url must be"), ("api", "ключ", "The option key has characters")]


@pytest.mark.parametrize(("url", "key", "words"), WRONG)
def test_a_wrong_option(page: Page, url: Any, key: str, words: str) -> None:
    found = cut_out(page, url, jpeg(), key)
    assert found["name"] == "TypeError"
    assert found["message"].startswith(words)


def test_an_address_below_the_page_s_own(page: Page) -> None:
    page.route("**/examples/api/v1/results*", lambda route: route.fulfill(body="", status=504))
    assert cut_out(page, "api", jpeg())["status"] == 504


def test_a_busy_server_is_waited_for(page: Page, server: LocalServer) -> None:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Retry-After",
        "Retry-After": "1",
    }
    times: list[int] = []

    def refuse(route: Any) -> None:
        times.append(1)
        route.fulfill(status=503, headers=headers, json={"detail": "Busy."})

    page.route("**/v1/results*", refuse, times=2)
    found = cut_out(page, server.url, jpeg())
    assert found["type"] == "image/png"
    assert [each["seconds"] for each in found["seen"] if each["phase"] == "wait"] == [1, 1]
    page.route("**/v1/results*", refuse)
    refused = cut_out(page, server.url, jpeg(), retries=0)
    assert (refused["code"], refused["status"], refused["retryAfter"]) == ("busy", 503, 1)
    assert len(times) == 3


ENDS: list[tuple[dict[str, Any], str]] = [
    ({"abort": True}, "AbortError"),
    ({"timeout": 0.3}, "CutOutError"),
    ({"stop": True}, "CutOutError"),
    ({"stop": True, "signal": None}, "CutOutError"),
]


@pytest.mark.parametrize(("more", "name"), ENDS)
def test_an_end_in_the_middle(
    page: Page, server: LocalServer, more: dict[str, Any], name: str
) -> None:
    page.route("**/v1/results*", lambda _: None)
    found = cut_out(page, server.url, jpeg(), **more)
    assert found["name"] == name
    assert found["code"] in ("timeout", "network", 20), "20 is a DOMException's own"


def test_an_end_at_the_first_progress(page: Page) -> None:
    posts: list[str] = []

    def note(route: Any) -> None:
        posts.append(route.request.url)
        route.fulfill(body="", status=504)

    page.route("**/examples/api/v1/results*", note)
    assert cut_out(page, "api", jpeg(), abortAt="upload")["name"] == "AbortError"
    assert posts == []


@pytest.mark.parametrize(
    ("status", "headers", "ended"),
    [(200, {}, "image/png"), (504, {}, "CutOutError"), (200, {"a b": "1"}, "SyntaxError")],
)
def test_no_listener_is_left(page: Page, status: int, headers: dict[str, str], ended: str) -> None:
    def answer(route: Any) -> None:
        route.fulfill(body="", status=status, content_type="image/png")

    page.route("**/examples/api/v1/results*", answer)
    assert page.evaluate(LISTENERS, headers) == [ended, 0]


def test_a_slow_upload_may_take_longer_than_the_limit(page: Page, server: LocalServer) -> None:
    network = page.context.new_cdp_session(page)
    speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": 40_000}
    network.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    photo = jpeg(Image.effect_noise((900, 600), 90).convert("RGB"))
    assert len(photo) > 300_000, "8 seconds"
    found = cut_out(page, server.url, photo, timeout=2)
    assert "work" in [each["phase"] for each in found["seen"]], found
