"""The page in two tabs: the newer one goes on with the photos, and the other one stops."""

from tests.page.browser import Visit
from tests.page.test_many import GOOD, wait_for_tally
from tests.page.test_mending import MIDDLE, PHOTO, finish, paint, pixels, start
from tests.page.test_saving import saved
from tests.page.test_storage import ROWS

TAKEN = "This page was opened in another tab"


def other_tab(visit: Visit) -> Visit:
    return Visit(visit.page.context.new_page(), visit.url)


def test_only_the_newer_tab_sends_photos(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD[:3], "busy")
        visit.page.wait_for_selector("[role=option] >> nth=2")
        other = other_tab(visit)
        assert visit.notice().startswith(TAKEN)
        wait_for_tally(visit, "0 of 3 done. Stopped.")
    wait_for_tally(other, "3 of 3 done.")
    assert len(other.posts("/v1/results")) == 3
    sent = len(visit.posts("/v1/results"))
    visit.page.reload()
    wait_for_tally(visit, "3 of 3 done.")
    assert len(visit.posts("/v1/results")) == sent
    assert other.notice().startswith(TAKEN)
    assert other.errors == []


def test_the_older_tab_overwrites_nothing(visit: Visit) -> None:
    visit.choose(PHOTO)
    other = other_tab(visit)
    other.wait("done")
    start(other, "erase")
    paint(other, MIDDLE)
    finish(other)
    visit.page.bring_to_front()
    visit.press("backdrop", "black")
    start(visit, "erase")
    paint(visit, (100, 200))
    visit.page.click("#mended")
    visit.page.wait_for_selector("body:not([data-keeping])")
    visit.wait("done")
    visit.page.wait_for_timeout(500)
    other.page.reload()
    other.wait("done")
    assert not other.page.is_checked('[name="backdrop"][value="black"]')
    found = pixels(saved(other.page, "#save")[1])
    assert [found[MIDDLE][3], found[200, 100][3]] == [0, 255]


def test_photos_that_are_being_added_are_stored_first(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD, "busy")
        other_tab(visit)
        visit.page.wait_for_selector("[role=option] >> nth=8")
    for _ in range(50):
        if visit.page.evaluate(ROWS)[0] == len(GOOD):
            break
        visit.page.wait_for_timeout(100)
    visit.page.reload()
    wait_for_tally(visit, "9 of 9 done.")


def test_the_older_tab_does_not_go_on_with_the_connection(visit: Visit) -> None:
    visit.page.route("**/v1/*", lambda route: route.abort())
    visit.choose(GOOD[:2], "failed")
    other_tab(visit)
    visit.page.wait_for_selector(f"#notice :text('{TAKEN}')")
    visit.errors.clear()
    visit.page.unroute("**/v1/*")
    sent = len(visit.posts("/v1/results"))
    visit.page.evaluate("() => void dispatchEvent(new Event('online'))")
    visit.settle()
    assert visit.state() == "failed"
    assert len(visit.posts("/v1/results")) == sent
