"""Check that the page waits while the server is replaced or away, and then goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.page.browser import Visit
from tests.page.conftest import Open
from tests.page.test_many import GOOD, wait_for_tally

SIGN_IN = "<!DOCTYPE html>\n<html><title>Welcome to the hotel</title></html>"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head></html>"
TIMED_OUT = {"message": "Endpoint request timed out"}
FOREIGN: list[dict[str, Any]] = [
    {"status": 200, "body": SIGN_IN},
    {"status": 403, "body": SIGN_IN},
    {"status": 502, "body": BAD_GATEWAY},
    {"status": 502, "json": {"message": "Internal server error"}},
    {"status": 504, "json": TIMED_OUT},
]
NAMES = ["sign-in page", "sign-in page 403", "502 page", "502", "504"]
GOES_ON = "This page goes on by itself once the server answers."


def replace_server(visit: Visit, reply: dict[str, Any], results: str = "**/v1/results*") -> None:
    """Answer in the server's place, also when the page asks whether it is back."""
    for pattern in (results, "**/v1/modes"):
        visit.page.route(pattern, answering(reply))


def answering(reply: dict[str, Any]) -> Callable[[Route], None]:
    return lambda route: route.fulfill(**reply)


def restore_server(visit: Visit) -> None:
    for pattern in ("**/v1/results*", "**/v1/modes"):
        visit.page.unroute(pattern)


def wait_for_stop(visit: Visit) -> None:
    """Wait until the queue has stopped: one photo has failed, or two that were sent together."""
    text = "document.getElementById('tally-text').textContent"
    visit.page.wait_for_function(f"() => /^0 of . done, [12] failed\\. Stopped\\.$/.test({text})")


def skip_to_check(visit: Visit) -> None:
    """Let the page's clock jump beyond the longest pause before the page asks for the server."""
    with visit.page.expect_response("**/v1/modes"):
        visit.page.clock.fast_forward(60_000)


@pytest.mark.parametrize("reply", FOREIGN, ids=NAMES)
def test_another_answer_stops_the_queue_until_the_server_is_back(
    open_page: Open, reply: dict[str, Any]
) -> None:
    with open_page(complaints=None) as visit:
        visit.page.clock.install()
        replace_server(visit, reply)
        visit.choose(GOOD[:3], "failed")
        wait_for_stop(visit)
        assert visit.failure().startswith("The server can't be reached")
        assert visit.notice().count("The server can't be reached") == 1
        assert visit.notice().endswith(GOES_ON)
        sent = len(visit.posts("/v1/results"))
        skip_to_check(visit)
        assert len(visit.posts("/v1/results")) == sent, "a photo was sent to find out"
        restore_server(visit)
        skip_to_check(visit)
        wait_for_tally(visit, "3 of 3 done.")
        assert visit.page.is_hidden("#notice")


def test_a_sign_in_page_is_told(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        replace_server(visit, {"status": 200, "body": SIGN_IN})
        visit.choose(GOOD[0], "failed")
        assert "If this network has a sign-in page, sign in there first." in visit.notice()


def test_a_lost_connection_is_found_again_without_an_event(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.clock.install()
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.choose(GOOD[:3], "failed")
        wait_for_stop(visit)
        assert visit.notice().startswith("The connection failed")
        visit.page.unroute("**/v1/*")
        skip_to_check(visit)
        wait_for_tally(visit, "3 of 3 done.")
        assert visit.page.is_hidden("#notice")


@pytest.mark.parametrize("event", ["online", "pageshow", "visibilitychange"])
def test_a_page_that_wakes_up_looks_for_the_server_at_once(open_page: Open, event: str) -> None:
    """A phone that has slept has lost its requests, and may tell nothing of its network."""
    with open_page(complaints=None) as visit:
        visit.page.clock.install()
        visit.page.clock.pause_at("2030-01-01")
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.page.set_input_files("#file", GOOD[0])
        visit.page.wait_for_selector('body[data-state="failed"]')
        visit.page.wait_for_selector("#notice")
        visit.page.unroute("**/v1/*")
        target = "document" if event == "visibilitychange" else "window"
        with visit.page.expect_response("**/v1/results*"):
            visit.page.evaluate(f"() => void {target}.dispatchEvent(new Event('{event}'))")


def test_requests_that_the_browser_aborts_are_sent_again(open_page: Open) -> None:
    """Browsers do so if the user stops the page from loading, or in a phone's background."""
    with open_page(complaints=None) as visit:
        visit.page.clock.install()
        with visit.waiting_for_results():
            visit.choose(GOOD[:3], "busy")
            visit.page.wait_for_selector('[role=option][data-status="busy"] >> nth=1')
            visit.page.evaluate("window.stop()")
            wait_for_stop(visit)
        skip_to_check(visit)
        wait_for_tally(visit, "3 of 3 done.")


def test_the_server_is_looked_for_less_and_less_often(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.page.clock.install()
        visit.choose(GOOD[0], "failed")
        for _ in range(600):
            visit.page.clock.run_for(1000)
        assert 3 <= len(visit.posts("/v1/modes")) <= 24, "every 25 to 60 s at last"
        assert len(visit.posts("/v1/results")) == 1


@pytest.mark.parametrize("reply", [*FOREIGN[1:], None], ids=[*NAMES[1:], "a closed connection"])
def test_a_photo_that_alone_gets_such_an_answer_fails_alone(
    open_page: Open, reply: dict[str, Any] | None
) -> None:
    """The server is there, but this photo crashes it, or a firewall refuses it."""
    with open_page(complaints=None) as visit:
        content = GOOD[1]["buffer"][-24:]
        refused = 0

        def answer(route: Route) -> None:
            nonlocal refused
            is_refused = content in (route.request.post_data_buffer or b"")
            refused += is_refused
            if not is_refused:
                route.continue_()
            elif reply is None:
                route.abort()
            else:
                route.fulfill(**reply)

        visit.page.clock.install()
        visit.page.route("**/v1/results*", answer)
        visit.page.set_input_files("#file", GOOD[:4])
        for _ in range(400):
            if visit.page.inner_text("#tally-text") == "3 of 4 done, 1 failed.":
                break
            visit.page.clock.run_for(1000)
        wait_for_tally(visit, "3 of 4 done, 1 failed.")
        visit.page.clock.run_for(120_000)
        assert refused == 3
        assert visit.page.inner_text("#tally-text") == "3 of 4 done, 1 failed."


def test_a_page_that_says_too_large_fails_the_photo(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        body = "<html><h1>413 Request Entity Too Large</h1></html>"
        visit.page.route("**/v1/results*", lambda route: route.fulfill(status=413, body=body))
        visit.choose(GOOD[0], "failed")
        assert visit.failure().startswith("The file is too large to send")
        assert len(visit.posts("/v1/results")) == 1


def test_a_queue_that_the_user_stops_stays_stopped(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.choose(GOOD[:3], "failed")
        wait_for_stop(visit)
        with visit.waiting_for_results():
            visit.page.click("#stop")
            visit.page.wait_for_selector("#stop:text-is('Stop')")
            visit.page.click("#stop")
        visit.page.unroute("**/v1/*")
        sent = len(visit.posts("/v1/results"))
        visit.page.evaluate("() => void dispatchEvent(new Event('online'))")
        visit.page.wait_for_timeout(4000)
        assert visit.page.inner_text("#stop") == "Resume"
        assert len(visit.posts("/v1/results")) == sent
        assert visit.page.is_hidden("#notice")


def test_the_others_go_on_when_the_failed_photo_is_removed(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.clock.install()
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.choose(GOOD[:3], "failed")
        wait_for_stop(visit)
        visit.page.click("#drop-photo")
        visit.page.unroute("**/v1/*")
        skip_to_check(visit)
        wait_for_tally(visit, "2 of 2 done.")


def test_a_reload_tries_lost_photos_again(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.choose(GOOD[:3], "failed")
        wait_for_stop(visit)
        visit.page.unroute("**/v1/*")
        visit.page.reload()
        wait_for_tally(visit, "3 of 3 done.")
        assert visit.page.is_hidden("#notice")
