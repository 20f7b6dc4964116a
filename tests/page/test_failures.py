"""Check that failures are shown, and can be retried."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import requests
from playwright.sync_api import Browser, Route

from tests.e2e.segmenter import SLOW_SIZE
from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.page.conftest import Open, ServerWith
from tests.samples import PHOTOS, gradient, jpeg

ASTRONAUT = PHOTOS / "astronaut.jpg"
SLOW = file("slow.jpg", jpeg(gradient(*SLOW_SIZE)))

# Playwright holds a request before it is uploaded.
SEND_AT_ONCE = """() => {
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    this.upload.onprogress({ lengthComputable: true, loaded: 1, total: 1 });
    send.call(this, body);
  };
}"""


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[LocalServer]:
    with LocalServer(CUTOUT_STORAGE_DIR=str(folder), **environment) as running:
        yield running


def test_a_broken_photo_is_the_service_s_to_judge(visit: Visit) -> None:
    visit.choose(file("broken.jpg", ASTRONAUT.read_bytes()[:3000]), "failed")
    assert visit.failure() == "This photo can't be processed Can not load image."
    visit.choose(ASTRONAUT)
    assert visit.page.is_hidden("#failure")


def test_a_file_that_is_no_picture_is_never_sent(visit: Visit) -> None:
    visit.page.set_input_files("#file", file("notes.txt", b"words"))
    assert visit.notice() == (
        "1 file left out notes.txt: not an image this browser can open. Use a JPEG or PNG."
    )
    visit.wait("empty")
    assert not visit.posts("/v1/results")


@pytest.mark.parametrize("known", ["4096", "99999"])
def test_too_many_pixels_are_scaled_down_unasked(visit: Visit, known: str) -> None:
    """Before the photo is sent, or once the server has said how many it takes."""
    visit.page.goto("about:blank")
    visit.page.route(visit.url, lambda route: route.fulfill(body=page_that_knows(visit.url, known)))
    visit.page.goto(visit.url)
    visit.choose(file("wide.jpg", jpeg(gradient(4200, 100))))
    assert len(visit.posts("/v1/results")) == 1 + (known != "4096")
    facts = visit.facts()
    assert facts.startswith("4096 x 98"), facts
    assert "too large, so it was scaled down in the browser" in facts
    assert "# wide.jpg is the photo as the page sent it: too large" in visit.command()


def page_that_knows(url: str, side: str) -> str:
    """The page with another limit than the server has."""
    return requests.get(url, timeout=10).text.replace('data-side="4096"', f'data-side="{side}"')


def test_the_server_dies_in_the_middle(browser: Browser, tmp_path: Path) -> None:
    with (
        serving(tmp_path) as server,
        visiting(browser, server.url + "/", complaints=None) as visit,
    ):
        visit.choose(SLOW, "busy")
        visit.page.wait_for_selector("text=Removing the background")
        server.process.kill()
        assert visit.failure().startswith("The connection failed")
        assert visit.page.is_visible("#retry")


def test_a_server_that_comes_back_is_tried_again(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.choose(ASTRONAUT, "failed")
        assert visit.failure().startswith("The connection failed")
        visit.page.unroute("**/v1/*")
        visit.page.click("#retry")
        visit.wait("done")


def test_a_lost_connection_that_comes_back_is_used(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.context.set_offline(True)
        visit.choose([ASTRONAUT, PHOTOS / "chelsea.jpg", PHOTOS / "coffee.jpg"], "failed")
        visit.page.wait_for_selector("#tally-text:text-is('0 of 3 done, 1 failed. Stopped.')")
        visit.page.context.set_offline(False)
        visit.page.wait_for_selector("#tally-text:text-is('3 of 3 done.')")


def test_a_stopped_queue_does_not_go_on_with_the_connection(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose([ASTRONAUT, PHOTOS / "chelsea.jpg"], "busy")
        visit.page.click("#stop")
        visit.page.wait_for_selector("#tally-text:text-is('0 of 2 done. Stopped.')")
        sent = len(visit.posts("/v1/results"))
        visit.page.evaluate("() => void dispatchEvent(new Event('online'))")
        visit.settle()
        assert visit.page.inner_text("#stop") == "Resume"
        assert len(visit.posts("/v1/results")) == sent


def test_work_is_cancelled(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(ASTRONAUT, "busy")
        visit.page.click("#cancel")
        assert visit.failure() == "Cancelled Your photo is still here."
    visit.page.click("#retry")
    visit.wait("done")


def test_a_new_photo_waits_for_the_one_in_work(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose([ASTRONAUT, PHOTOS / "chelsea.jpg"], "busy")
        visit.choose(PHOTOS / "coffee.jpg", "busy")
        visit.page.wait_for_selector("text=Waiting for its turn")
        visit.page.click("[role=option] >> nth=0")
        visit.page.click("#cancel")
        assert visit.failure() == "Cancelled Your photo is still here."
    visit.page.click("[role=option] >> nth=2")
    visit.wait("done")
    assert visit.page.inner_text("#name") == "coffee.jpg"
    assert visit.page.is_hidden("#failure")


def test_a_busy_server_is_waited_for_without_a_word(browser: Browser, tmp_path: Path) -> None:
    """The slow picture keeps its place for the 3 s of a request, of its 20."""
    with (
        serving(tmp_path, CUTOUT_WAITING="0", CUTOUT_REQUEST_SECONDS="3") as server,
        visiting(browser, server.url + "/", complaints=None) as visit,
    ):
        address = server.url + "/v1/results"
        files = {"image": SLOW["buffer"]}
        other = Thread(target=requests.post, args=(address,), kwargs={"files": files})
        other.start()
        time.sleep(0.5)  # until its place is taken
        visit.choose(ASTRONAUT)
        assert len(visit.posts("/v1/results")) > 1, "the server was not busy"
        assert all("503" in each for each in visit.errors), visit.errors
        other.join()


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_gateway_is_tried_again(open_page: Open, status: int) -> None:
    with open_page(complaints=2) as visit:
        visit.page.route(
            "**/v1/results*",
            lambda route: route.fulfill(status=status, headers={"Retry-After": "1"}),
            times=2,
        )
        visit.choose(ASTRONAUT)
        assert len(visit.posts("/v1/results")) == 3


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, '{"message":"Forbidden"}', "The server refused the request Forbidden"),
        (500, "<xml>no</xml>", "The server answered 500 It gave no reason."),
        (200, "[]", "The server's answer can't be read It doesn't contain results."),
    ],
)
def test_what_a_gateway_says(open_page: Open, status: int, body: str, said: str) -> None:
    with open_page(complaints=int(status != 200)) as visit:
        visit.page.route("**/v1/results*", lambda route: route.fulfill(status=status, body=body))
        visit.choose(ASTRONAUT, "failed")
        assert visit.failure() == said


def test_a_request_that_is_too_large(browser: Browser, tmp_path: Path) -> None:
    with (
        serving(tmp_path, CUTOUT_MAX_REQUEST_BYTES="1000") as server,
        visiting(browser, server.url + "/", complaints=1) as visit,
    ):
        visit.choose(file("a.jpg", jpeg(gradient(300, 200))), "failed")
        text = "The file is too large to send Your client issued a request that was too large."
        assert visit.failure() == text


SLOW_UPLOAD = {"detail": "The request took too long to arrive."}


def test_photos_that_arrive_too_late_together_are_sent_one_by_one(open_page: Open) -> None:
    with open_page(complaints=2) as visit:
        visit.page.route(
            "**/v1/results*",
            lambda route: route.fulfill(status=408, json=SLOW_UPLOAD),
            times=2,
        )
        visit.choose([ASTRONAUT, PHOTOS / "chelsea.jpg"], "busy")
        visit.page.wait_for_selector("#tally-text:text-is('2 of 2 done.')")
        assert len(visit.posts("/v1/results")) == 4


def test_a_photo_that_arrives_too_late_by_itself(open_page: Open) -> None:
    with open_page(complaints=1) as visit:
        visit.page.route(
            "**/v1/results*", lambda route: route.fulfill(status=408, json=SLOW_UPLOAD)
        )
        visit.choose(ASTRONAUT, "failed")
        text = "The upload took too long The request took too long to arrive."
        assert visit.failure() == text
        assert len(visit.posts("/v1/results")) == 1


def test_a_key_is_asked_for_and_kept_for_the_tab(browser: Browser, server_with: ServerWith) -> None:
    server = server_with(CUTOUT_API_KEYS="sesame-open-the-door")
    with visiting(browser, server.url + "/", complaints=1) as visit:
        assert visit.page.is_visible("#key"), "the page is public, and shows that it needs a key"
        visit.choose(ASTRONAUT, "failed")
        assert visit.failure().startswith("An API key is needed A valid API key is needed")
        assert visit.page.evaluate("document.activeElement.id") == "key"
        visit.page.reload()
        visit.wait("failed")
        visit.page.focus("#key")
        visit.page.keyboard.type("sesame-open-the-door")
        visit.page.keyboard.press("Enter")
        visit.wait("done")
        assert '-H "X-API-KEY: $KEY"' in visit.command()
        assert "sesame" not in visit.page.inner_text("body")
        visit.page.reload()
        assert visit.page.input_value("#key") == "sesame-open-the-door"
        assert visit.page.evaluate("Object.keys(localStorage)") == []
        assert visit.page.context.cookies() == []
        visit.choose(ASTRONAUT)


def test_no_key_is_asked_for_where_none_is_needed(visit: Visit) -> None:
    assert visit.page.is_hidden("#key")


def test_a_key_that_can_t_be_one(browser: Browser, server_with: ServerWith) -> None:
    server = server_with(CUTOUT_API_KEYS="sesame-open-the-door")
    with visiting(browser, server.url + "/") as visit:
        visit.page.fill("#key", "schlüssel")
        visit.choose(ASTRONAUT, "failed")
        assert visit.failure().startswith("This isn't a valid API key")


def test_a_photo_that_is_always_too_slow_is_not_sent_for_ever(
    browser: Browser, server: LocalServer
) -> None:
    """API Gateway answers as if the server were busy, after 30 s of a function's time."""
    with visiting(browser, server.url + "/", complaints=None) as visit:
        visit.page.evaluate(SEND_AT_ONCE)
        visit.page.clock.install()
        routes: list[Route] = []
        visit.page.route("**/v1/results*", lambda route: routes.append(route))  # noqa: PLW0108
        visit.page.set_input_files("#file", ASTRONAUT)
        for count in (1, 2):
            while len(routes) < count:
                visit.page.clock.run_for(4000)  # the pause after a busy answer
            visit.page.wait_for_selector("#busy-text:has-text('Removing')")
            visit.page.clock.run_for(30_000)
            routes[-1].fulfill(status=503, json={"message": "Service Unavailable"})
        assert visit.failure() == (
            "The server took too long Try again later, or use a smaller photo."
        )
        assert len(routes) == 2
