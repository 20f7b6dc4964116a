"""Text at 200 % (WCAG 1.4.4): nothing is cut off, and nothing needs scrolling to the side."""

import pytest

from tests.page.browser import DESKTOP, PHONE, Visit, file
from tests.page.conftest import Open
from tests.page.test_doubt import UNSURE
from tests.page.test_many import BLANK, GOOD, wait_for_tally

CUT_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const names = "main :is(button, a, label, legend, h1, h2, p, span, select, output)";
  const parts = document.querySelectorAll(names);
  return [...parts]
    .filter((each) => each.getClientRects().length && !each.closest(".covered, .strip, .stage"))
    .map((each) => ({ each, box: each.getBoundingClientRect() }))
    .filter(({ each, box }) => {
      const around = each.closest(".panel, .stage-card, .welcome").getBoundingClientRect();
      return box.left < around.left || box.right > Math.min(around.right, width) + 1;
    })
    .map(({ each }) => each.id || each.textContent.trim());
}"""


def assert_it_fits(visit: Visit, width: int) -> None:
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    assert visit.page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_text_twice_as_large_fits(open_page: Open, viewport: dict[str, int]) -> None:
    with open_page(viewport=viewport) as visit:
        page, width = visit.page, viewport["width"]
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        visit.settle()
        assert_it_fits(visit, width)
        visit.choose([UNSURE, *GOOD[:2], BLANK])
        wait_for_tally(visit, "3 of 4 done, 1 to check, 1 without a subject.")
        visit.press("mode", "fg-image-shadow")
        visit.wait_for_command("mode=fg-image-shadow")
        visit.press("backdrop", "colour")
        visit.press("format", "jpg")
        assert_it_fits(visit, width)
        name = page.locator("#name").bounding_box()
        assert name
        assert name["width"] > 100
        page.click("#next")
        visit.wait("blank")
        assert_it_fits(visit, width)
        page.click("#mend-blank")
        page.wait_for_selector("#mending")
        assert_it_fits(visit, width)


def test_a_failure_s_title_is_not_cut_off(open_page: Open) -> None:
    with open_page(viewport={"width": 320, "height": 568}) as visit:
        visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
        visit.choose(file("broken.jpg", b"\xff\xd8\xffx"), "failed")
        title = visit.page.locator("#failure-title").bounding_box()
        stage = visit.page.locator("#stage").bounding_box()
        assert title
        assert stage
        assert title["y"] > stage["y"]


def test_the_text_follows_the_browser_s_setting(visit: Visit) -> None:
    rules = "[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])"
    size = visit.page.evaluate(
        f"{rules}.find((rule) => rule.selectorText === 'html').style.fontSize"
    )
    assert size == "100%"
