"""Check how long the page waits while the server is busy."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Route

from tests.page.browser import Visit, visiting
from tests.page.conftest import Open, ServerWith
from tests.page.test_mending import FINISHED, MIDDLE, PHOTO, paint, start
from tests.samples import PHOTOS

ASTRONAUT = PHOTOS / "astronaut.jpg"
NAMES = ("astronaut", "chelsea", "coffee")
WAITING = '[role=option][data-status="waiting"]'

# Notes when requests are sent, in milliseconds of the page's clock.
NOTE_SENDS = """() => {
  window.sends = [];
  window.unanswered = 0;
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    sends.push(Date.now());
    unanswered += 1;
    this.addEventListener("loadend", () => (unanswered -= 1));
    send.call(this, body);
  };
}"""
BUSY = "The server is busy: waiting to try again"
SLACK = 1000
"""Milliseconds by which the test's steps are longer than the page's waits."""


def refuse(visit: Visit, status: int, headers: dict[str, str]) -> None:
    """Have the server be busy for all requests, and the page's clock wait for the test."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, headers=headers, json={"message": "Too Many Requests"})

    visit.page.evaluate(NOTE_SENDS)
    visit.page.clock.install()
    visit.page.clock.pause_at("2030-01-01")
    visit.page.route("**/v1/results*", answer)


def sends_after(visit: Visit, count: int) -> list[float]:
    """Let the page's time go by until `count` requests are answered; return when it sent them."""
    for _ in range(2000):
        found: list[float] = visit.page.evaluate("sends")
        if visit.page.evaluate("unanswered"):
            visit.page.wait_for_timeout(20)
        elif len(found) >= count:
            return found
        else:
            visit.page.clock.run_for(500)
    pytest.fail(f"There are only {len(found)} requests.")


def let_answer(visit: Visit, count: int) -> None:
    """Let the server answer the request of this number, and wait for the result."""
    visit.page.unroute("**/v1/results*")
    sends_after(visit, count)
    visit.page.clock.resume()
    visit.wait("done")


def assert_waits(sends: list[float], *longest: float) -> None:
    """Check the waits between requests: at most so many seconds, and at least half of it."""
    waits = waits_of(sends)
    for wait, most in zip(waits, longest, strict=True):
        assert 500 * most <= wait <= 1000 * most + SLACK, waits


def waits_of(sends: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(sends)]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_stays_busy_is_asked_less_and_less_often(
    open_page: Open, status: int
) -> None:
    with open_page(complaints=None) as visit:
        refuse(visit, status, {})
        visit.page.set_input_files("#file", ASTRONAUT)
        assert_waits(sends_after(visit, 8), 3, 6, 12, 24, 48, 60, 60)
        let_answer(visit, 9)


def test_photos_that_are_refused_together_count_once(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        refuse(visit, 429, {})
        visit.page.set_input_files("#file", [ASTRONAUT, PHOTOS / "chelsea.jpg"])
        sends = sends_after(visit, 4)
        assert sends[2] - sends[1] <= 3000 + SLACK, sends
        assert sends[3] - sends[2] <= 6000 + SLACK, sends


def test_an_answer_between_two_refusals(browser: Browser, server_with: ServerWith) -> None:
    """The second one counts as the first in a row."""
    server = server_with(CUTOUT_CONCURRENCY="3")
    with visiting(browser, server.url + "/", complaints=None) as visit:
        routes: list[Route] = []

        def hold(route: Route) -> None:
            routes.append(route)

        refuse(visit, 429, {})
        visit.page.route("**/v1/results*", hold)
        visit.page.set_input_files("#file", [PHOTOS / f"{name}.jpg" for name in NAMES])
        for _ in range(500):
            visit.page.wait_for_timeout(20)
            if len(routes) == len(NAMES):
                break
        routes[0].fulfill(status=429)
        visit.page.wait_for_selector(WAITING)
        routes[1].continue_()
        visit.page.wait_for_selector('[role=option][data-status="done"]')
        routes[2].fulfill(status=429)
        visit.page.wait_for_selector(f"{WAITING} >> nth=1")
        refused = visit.page.evaluate("Date.now()")
        visit.page.unroute("**/v1/results*")
        assert 1500 <= sends_after(visit, 4)[3] - refused <= 3000 + SLACK


def test_a_busy_server_s_own_time_is_kept(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        refuse(visit, 503, {"Retry-After": "7"})
        visit.page.set_input_files("#file", ASTRONAUT)
        waits = waits_of(sends_after(visit, 5))
        assert all(7000 <= wait <= 7000 + SLACK for wait in waits), waits


@pytest.mark.parametrize("days", [1, 30])
def test_a_server_that_is_busy_for_days_is_left_alone(open_page: Open, days: int) -> None:
    """The browser's timers end at once after more than 24 days."""
    with open_page(complaints=None) as visit:
        refuse(visit, 503, {"Retry-After": str(days * 86_400)})
        visit.page.set_input_files("#file", ASTRONAUT)
        sends_after(visit, 1)
        visit.page.wait_for_selector(f"#busy-text:text-is('{BUSY}')")
        for _ in range(10):
            visit.page.clock.run_for(1000)
        assert len(visit.page.evaluate("sends")) == 1
        visit.page.clock.fast_forward(86_400_000)
        sends_after(visit, 2)


def test_the_wait_starts_anew_after_an_answer(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        refuse(visit, 429, {})
        visit.page.set_input_files("#file", ASTRONAUT)
        sends_after(visit, 4)
        let_answer(visit, 5)
        visit.page.route("**/v1/results*", lambda route: route.fulfill(status=429))
        visit.page.set_input_files("#another", PHOTOS / "chelsea.jpg")
        waits = waits_of(sends_after(visit, 7))
        assert waits[-1] < 12_000, waits


def test_a_cancelled_photo_is_not_sent_again(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        refuse(visit, 503, {})
        visit.page.set_input_files("#file", ASTRONAUT)
        sends_after(visit, 2)
        visit.page.wait_for_selector(f"#busy-text:text-is('{BUSY}')")
        visit.page.clock.resume()
        visit.page.click("#cancel")
        assert visit.failure() == "Cancelled Your photo is still here."
        for _ in range(3):
            visit.page.clock.run_for(60_000)
        assert len(visit.page.evaluate("sends")) == 2


def test_a_mended_photo_is_sent_less_and_less_often(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        visit.choose(PHOTO)
        start(visit, "erase")
        paint(visit, MIDDLE)
        refuse(visit, 429, {})
        visit.page.click("#mended")
        assert_waits(sends_after(visit, 3), 3, 6)
        visit.page.unroute("**/v1/results*")
        sends_after(visit, 4)
        visit.page.clock.resume()
        visit.page.wait_for_selector(FINISHED)
