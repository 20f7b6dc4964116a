"""Doubtful results: their marks, what is said of them, and the way from one to the next."""

import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route

from cutout.quality import MAX_UNDECIDED
from tests.e2e.segmenter import UNSURE_SIZE
from tests.page.browser import DESKTOP, PHONE, Visit, file, plain
from tests.page.conftest import Open
from tests.page.test_accessibility import FOCUS_RING, ON_A_PHONE, findings, focused, tab_to
from tests.page.test_many import BLANK, BROKEN, GOOD, select, wait_for_tally
from tests.page.test_mending import middle_of_stage
from tests.samples import PHOTOS, jpeg

HINT = re.compile(r"[?&]quality-hint=true(&|$)")
OUTLINE = "Please check the outline. Large parts are half transparent."
SUBJECT = "Please check the subject. It's unclear what to keep."


def unsure(name: str) -> Any:
    with Image.open(PHOTOS / "astronaut.jpg") as photo:
        return file(name, jpeg(photo.resize(UNSURE_SIZE)))


UNSURE = unsure("unsure.jpg")
MIXED = [GOOD[0], UNSURE, BLANK, unsure("other.jpg"), GOOD[3]]


def label(visit: Visit, name: str) -> str:
    """Return what the strip says of a photo."""
    found = visit.page.get_attribute(f'[role=option][aria-label^="{name}:"]', "aria-label")
    return (found or "").partition(": ")[2]


def badge(visit: Visit, name: str) -> str:
    """Return the character on a photo's small picture."""
    style = "(each) => getComputedStyle(each, '::after').content"
    content: str = visit.page.eval_on_selector(f'[role=option][aria-label^="{name}:"]', style)
    return "" if content == "none" else content.strip('"')


def doubt(visit: Visit) -> str:
    """Return what is said beside the picture; empty if nothing is."""
    return plain(visit.page.inner_text("#doubt p")) if visit.page.is_visible("#doubt") else ""


def name_of(page: Page) -> str:
    return page.inner_text("#name")


def test_a_doubtful_result_is_marked_counted_and_described(visit: Visit) -> None:
    visit.choose([UNSURE, *GOOD[:2]])
    wait_for_tally(visit, "3 of 3 done, 1 to check.")
    assert all(map(HINT.search, visit.posts("/v1/results")))
    for _ in range(2):
        assert doubt(visit) == OUTLINE
        assert (label(visit, "unsure.jpg"), badge(visit, "unsure.jpg")) == (
            "done, please check",
            "?",
        )
        assert (label(visit, "a.jpg"), badge(visit, "a.jpg")) == ("done", "")
        select(visit, "a.jpg")
        visit.wait("done")
        assert doubt(visit) == ""
        visit.page.reload()
        visit.wait("done")
        wait_for_tally(visit, "3 of 3 done, 1 to check.")


def test_it_is_said_as_soon_as_the_result_is_there(visit: Visit) -> None:
    visit.choose(UNSURE)
    assert (visit.page.text_content("#said") or "").endswith(f" s. {OUTLINE}")
    assert visit.page.is_hidden("#next"), "there is no other photo"


@pytest.mark.parametrize("mode", ["fg-image-shadow", "fg-mask"])
def test_every_result_of_a_photo_is_doubtful(visit: Visit, mode: str) -> None:
    visit.choose(UNSURE)
    visit.press("mode", mode)
    visit.wait_for_command(f"mode={mode}")
    assert doubt(visit) == OUTLINE
    visit.page.click("#fine")
    assert doubt(visit) == ""
    visit.press("mode", "fg-image")
    visit.wait("done")
    assert doubt(visit) == ""


def answer_with(page: Page, quality: dict[str, Any] | None) -> None:
    """Have the server's answers with another quality."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        content = reply.json()
        del content["results"][0]["quality"]
        if quality is not None:
            content["results"][0]["quality"] = quality
        route.fulfill(response=reply, json=content)

    page.route("**/v1/results*", answer)


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        ({"hint": "unsure", "undecided": MAX_UNDECIDED + 0.0001, "disagreement": 0.2}, OUTLINE),
        ({"hint": "unsure", "undecided": MAX_UNDECIDED, "disagreement": 0.2}, SUBJECT),
        ({"hint": "fine", "undecided": 0.5, "disagreement": 0.5}, ""),
        (None, ""),  # as results that an older page has kept
    ],
)
def test_what_is_doubtful(visit: Visit, quality: dict[str, Any] | None, said: str) -> None:
    answer_with(visit.page, quality)
    visit.choose(GOOD[0])
    assert doubt(visit) == said


def test_what_is_said_to_be_fine_stays_fine(visit: Visit) -> None:
    visit.choose([UNSURE, GOOD[0]])
    wait_for_tally(visit, "2 of 2 done, 1 to check.")
    visit.page.click("#fine")
    for _ in range(2):
        wait_for_tally(visit, "2 of 2 done.")
        assert doubt(visit) == ""
        assert (label(visit, "unsure.jpg"), badge(visit, "unsure.jpg")) == ("done", "")
        assert visit.page.is_hidden("#next")
        visit.page.reload()
        visit.wait("done")


def test_what_is_mended_needs_no_check_until_it_is_as_before(visit: Visit) -> None:
    visit.choose([UNSURE, GOOD[0]])
    wait_for_tally(visit, "2 of 2 done, 1 to check.")
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    assert visit.page.is_hidden("#doubt")
    visit.press("brush", "erase")
    visit.page.mouse.click(*middle_of_stage(visit))
    visit.page.click("#mended")
    for _ in range(2):
        wait_for_tally(visit, "2 of 2 done.")
        assert doubt(visit) == ""
        assert (label(visit, "unsure.jpg"), badge(visit, "unsure.jpg")) == ("done", "")
        visit.page.wait_for_selector("#facts:has-text('by hand'):not(:has-text('edges'))")
        visit.page.reload()
        visit.wait("done")
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    assert doubt(visit) == "", "the shadow of what was mended"
    visit.press("mode", "fg-image")
    visit.wait("done")
    visit.page.click("#mend")
    visit.page.click("#unmend")
    wait_for_tally(visit, "2 of 2 done, 1 to check.")
    assert doubt(visit) == OUTLINE


def test_the_next_one_to_check(visit: Visit) -> None:
    page = visit.page
    visit.choose([*MIXED, BROKEN])
    wait_for_tally(visit, "4 of 6 done, 2 to check, 1 without a subject, 1 failed.")
    seen = []
    for _ in range(4):
        page.click("#next")
        seen.append(name_of(page))
    assert seen == ["unsure.jpg", "blank.jpg", "other.jpg", "unsure.jpg"]
    assert page.text_content("#said") == f"unsure.jpg. {OUTLINE}"


def test_all_are_checked_by_keyboard(visit: Visit) -> None:
    page = visit.page
    page.bring_to_front()
    page.evaluate(FOCUS_RING)
    visit.choose(MIXED)
    wait_for_tally(visit, "4 of 5 done, 2 to check, 1 without a subject.")
    page.focus("#save")
    page.keyboard.press("n")
    assert name_of(page) == "a.jpg", "the keys are the stage's and the strip's"
    page.focus("#strip")
    page.keyboard.press("n")
    assert name_of(page) == "unsure.jpg"
    visit.wait("done")
    page.keyboard.press("Control+f")
    assert doubt(visit) == OUTLINE
    page.keyboard.press("f")
    wait_for_tally(visit, "4 of 5 done, 1 to check, 1 without a subject.")
    page.keyboard.press("n")
    visit.wait("blank")
    assert (label(visit, "blank.jpg"), badge(visit, "blank.jpg")) == (
        "no subject found, please check",
        "\u00d8",
    )
    page.focus("#stage")
    tab_to(page, "mend-blank")
    tab_to(page, "fine-blank")
    page.keyboard.press("Enter")
    assert focused(page) == "next", "the button that had the focus is gone"
    assert label(visit, "blank.jpg") == "no subject found"
    page.keyboard.press("Enter")
    assert name_of(page) == "other.jpg"
    visit.wait("done")
    page.focus("#stage")
    tab_to(page, "fine")
    page.keyboard.press("Enter")
    assert focused(page) == "stage"
    wait_for_tally(visit, "4 of 5 done, 1 without a subject.")
    page.keyboard.press("n")
    assert page.text_content("#said") == "No more photos to check."
    assert name_of(page) == "other.jpg"


def test_a_brush_in_hand_keeps_its_photo(visit: Visit) -> None:
    visit.choose(MIXED)
    wait_for_tally(visit, "4 of 5 done, 2 to check, 1 without a subject.")
    visit.page.click("#next")
    visit.wait("done")
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    for key in "nf":
        visit.page.keyboard.press(key)
    assert name_of(visit.page) == "unsure.jpg"
    visit.page.click("#mended")
    visit.page.wait_for_selector("#doubt")
    assert doubt(visit) == OUTLINE, "nothing was changed"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_beside_doubt(
    open_page: Open, scheme: str, device: dict[str, Any]
) -> None:
    with open_page(color_scheme=scheme, **device) as visit:
        visit.choose([UNSURE, GOOD[0], BLANK])
        wait_for_tally(visit, "2 of 3 done, 1 to check, 1 without a subject.")
        assert doubt(visit) == OUTLINE
        assert findings(visit.page) == [], "unsure"
        visit.page.click("#next")
        visit.wait("blank")
        assert findings(visit.page) == [], "blank"
        visit.page.click("#fine-blank")
        assert findings(visit.page) == [], "checked"


def test_a_phone_has_room_for_doubt(open_page: Open) -> None:
    with open_page(**ON_A_PHONE) as visit:
        visit.choose([UNSURE, *GOOD[:3], BLANK])
        wait_for_tally(visit, "4 of 5 done, 1 to check, 1 without a subject.")
        assert doubt(visit) == OUTLINE
        visit.assert_save_is_visible()
        select(visit, "blank.jpg")
        visit.wait("blank")
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]
        sheet, stage = (
            visit.page.locator(f"#{name}").bounding_box() for name in ("blank", "stage")
        )
        assert sheet
        assert stage
        assert sheet["y"] + sheet["height"] <= stage["y"] + stage["height"]
        for button in ("next", "mend-blank", "fine-blank"):
            size = visit.page.locator(f"#{button}").bounding_box()
            assert size
            assert min(size["width"], size["height"]) >= 24, button
