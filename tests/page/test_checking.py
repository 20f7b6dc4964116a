"""The way to the next photo to check by key: from where it starts, and where the focus goes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import Visit, visiting
from tests.page.test_accessibility import focused
from tests.page.test_doubt import MIXED, OUTLINE, UNSURE, name_of
from tests.page.test_many import BLANK, GOOD, select, wait_for_tally


@pytest.fixture(scope="module")
def two_doubtful(browser: Browser, server: LocalServer) -> Iterator[Visit]:
    """Provide one visit with two photos to check and a good one, for tests that change nothing."""
    with visiting(browser, server.url + "/") as found:
        found.choose([UNSURE, BLANK, GOOD[0]])
        wait_for_tally(found, "2 of 3 done, 1 to check, 1 without a subject.")
        yield found


@pytest.mark.parametrize("start", ["name", "stage", "split", "strip", "fine", "next", "zip"])
def test_the_key_works_there(two_doubtful: Visit, start: str) -> None:
    visit = two_doubtful
    select(visit, "unsure.jpg")
    visit.wait("done")
    visit.page.focus(f"#{start}")
    visit.page.keyboard.press("n")
    assert name_of(visit.page) == "blank.jpg"
    visit.wait("blank")
    visit.page.keyboard.press("n")
    assert name_of(visit.page) == "unsure.jpg", "the focus is lost"
    visit.wait("done")
    assert focused(visit.page) in {start, "stage"}


def test_the_focus_goes_to_the_picture_from_a_sheet_that_closes(visit: Visit) -> None:
    visit.choose(MIXED)
    wait_for_tally(visit, "4 of 5 done, 2 to check, 1 without a subject.")
    select(visit, "blank.jpg")
    visit.wait("blank")
    visit.page.focus("#fine-blank")
    visit.page.keyboard.press("n")
    visit.wait("done")
    assert (name_of(visit.page), focused(visit.page)) == ("other.jpg", "stage")


def test_it_is_said_that_there_is_no_other(visit: Visit) -> None:
    visit.choose([UNSURE, GOOD[0]])
    wait_for_tally(visit, "2 of 2 done, 1 to check.")
    assert visit.page.is_hidden("#next"), "it would do nothing"
    visit.page.focus("#stage")
    visit.page.keyboard.press("n")
    assert visit.page.text_content("#said") == f"No other photos to check. {OUTLINE}"
    select(visit, "a.jpg")
    visit.wait("done")
    visit.page.click("#next")
    assert (name_of(visit.page), focused(visit.page)) == ("unsure.jpg", "stage")


def test_cancelling_leaves_the_focus_on_the_picture(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD[0], "busy")
        visit.page.focus("#cancel")
        visit.page.keyboard.press("Enter")
        visit.wait("failed")
        assert focused(visit.page) == "stage"
