"""Many photos on different screens: what axe-core finds, and what is on a phone's first screen."""

from typing import Any

import pytest

from tests.page.browser import DESKTOP, PHONE, Visit, file, plain
from tests.page.conftest import Open
from tests.page.test_accessibility import ON_A_PHONE, findings
from tests.page.test_many import BLANK, BROKEN, GOOD, HEIC, select, wait_for_tally


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_with_many(open_page: Open, scheme: str, device: dict[str, Any]) -> None:
    with open_page(color_scheme=scheme, **device) as visit:
        with visit.waiting_for_results():
            visit.choose([*GOOD[:2], BLANK, BROKEN, file("IMG_1.HEIC", HEIC)], "busy")
            visit.page.wait_for_selector('[data-status="busy"]')
            assert findings(visit.page) == [], "in work"
            visit.page.click("#stop")
        visit.page.click("#stop")
        wait_for_tally(visit, "2 of 4 done, 1 without a subject, 1 failed.")
        visit.page.click("summary")
        assert findings(visit.page) == [], "done"
        select(visit, "blank.jpg")
        visit.wait("blank")
        assert findings(visit.page) == [], "blank"
        visit.page.click("#notice-close")
        select(visit, "broken.jpg")
        visit.wait("failed")
        assert findings(visit.page) == [], "failed"


def test_a_long_list_of_files_is_scrolled_by_keyboard(open_page: Open) -> None:
    """Safari, unlike Chromium, does not move the focus to what scrolls by itself."""
    with open_page(**ON_A_PHONE) as visit:
        visit.choose([GOOD[0], *(file(f"IMG_{number}.HEIC", HEIC) for number in range(12))])
        assert findings(visit.page) == []
        visit.page.focus("#notice ul")
        visit.page.keyboard.press("End")
        visit.page.wait_for_function("() => document.querySelector('#notice ul').scrollTop > 0")


def test_a_short_list_of_files_is_no_stop_of_the_keyboard(visit: Visit) -> None:
    visit.choose([GOOD[0], file("IMG_1.HEIC", HEIC)])
    assert visit.page.get_attribute("#notice ul", "tabindex") is None


def test_the_first_button_is_on_a_phone_s_first_screen(open_page: Open) -> None:
    with open_page(**ON_A_PHONE) as visit:
        box = visit.page.locator("label[for=file]").bounding_box()
        assert box
        assert box["y"] + box["height"] <= PHONE["height"], plain(str(box))


@pytest.mark.parametrize("count", [1, 4])
def test_the_main_button_is_on_a_phone_s_first_screen(open_page: Open, count: int) -> None:
    with open_page(**ON_A_PHONE) as visit:
        visit.choose(GOOD[:count])
        wait_for_tally(
            visit,
            "4 of 4 done." if count > 1 else "Your photo stays on this device until you remove it.",
        )
        visit.assert_save_is_visible()
