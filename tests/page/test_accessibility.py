"""Axe-core's findings, the keyboard alone, a phone, a dark room."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FileChooser, Page
from playwright.sync_api import TimeoutError as NeverCame

from tests.page.browser import DESKTOP, PHONE, Visit, file
from tests.page.conftest import Open
from tests.samples import PHOTOS

ASTRONAUT = PHOTOS / "astronaut.jpg"
AXE = Axe().axe_script
ON_A_PHONE = {"viewport": PHONE, "device_scale_factor": 3, "is_mobile": True, "has_touch": True}


DRAWN = """async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
}"""
"""Waits for changes of colour, which a computed style shows half-way."""


def findings(page: Page) -> list[str]:
    """Everything that axe-core holds against the page once it is drawn, however small."""
    page.evaluate(DRAWN)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then((all) => all.violations)")
    return [f"{each['impact']} {each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(open_page: Open, scheme: str, device: dict[str, Any]) -> None:
    with open_page(color_scheme=scheme, **device) as visit:
        assert findings(visit.page) == [], "empty"
        with visit.waiting_for_results():
            visit.choose(ASTRONAUT, "busy")
            assert findings(visit.page) == [], "busy"
            visit.page.click("#cancel")
            visit.wait("failed")
        assert findings(visit.page) == [], "failed"
        visit.choose(ASTRONAUT)
        assert findings(visit.page) == [], "done"
        visit.page.click("#mend")
        visit.page.wait_for_selector("#mending")
        assert findings(visit.page) == [], "mending"
        visit.page.click("#mended")
        visit.wait("done")
        visit.press("backdrop", "colour")
        assert findings(visit.page) == [], "colour"
        visit.press("backdrop", "black")
        visit.press("format", "jpg")
        visit.press("mode", "fg-mask")
        visit.wait("done")
        visit.page.evaluate("document.getElementById('access').hidden = false")
        assert findings(visit.page) == [], "mask, and a key"


def focused(page: Page) -> str:
    """The id, or else the value or text, of what has the focus."""
    name: str = page.evaluate("""() => {
      const at = document.activeElement;
      return at.id || at.value || at.textContent.trim();
    }""")
    return name


def tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page) == name:
            assert page.evaluate("focusRing()"), f"nobody sees that {name} has the focus"
            return
    raise AssertionError(f"The tab key never comes to {name}.")


FOCUS_RING = """
window.focusRing = () => {
  const at = document.activeElement;
  const shown = [at, at.nextElementSibling, at.previousElementSibling].filter(Boolean);
  return shown.some((each) => parseFloat(getComputedStyle(each).outlineWidth) >= 2
    && getComputedStyle(each).outlineStyle === "solid");
};
"""


def chooser_by_key(page: Page) -> FileChooser:
    """A busy machine's browser may drop the first chooser; the second must come."""
    try:
        with page.expect_file_chooser(timeout=5000) as chooser:
            page.keyboard.press("Space")
    except NeverCame:
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Space")
    return chooser.value


def test_the_keyboard_alone(visit: Visit) -> None:
    page = visit.page
    page.bring_to_front()
    page.evaluate(FOCUS_RING)
    tab_to(page, "file")
    chooser_by_key(page).set_files(ASTRONAUT)
    visit.wait("done")
    tab_to(page, "stage")
    page.keyboard.press("+")
    page.keyboard.press("+")
    assert page.is_checked('input[name="zoom"][value="4"]')
    page.keyboard.press("-")
    assert page.is_checked('input[name="zoom"][value="1"]')
    tab_to(page, "split")
    page.keyboard.press("Home")
    assert page.input_value("#split") == "0"
    tab_to(page, "1")
    page.keyboard.press("ArrowLeft")
    assert page.is_checked('input[name="zoom"][value="fit"]')
    tab_to(page, "fg-image")
    page.keyboard.press("ArrowRight")
    visit.wait_for_command("mode=fg-image-shadow")
    tab_to(page, "none")
    page.keyboard.press("ArrowRight")
    visit.settle()
    assert visit.pixel(0.002, 0.002) == (255, 255, 255, 255)
    tab_to(page, "save")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "astronaut-shadow.png"


def test_the_focus_is_not_lost_with_a_control(visit: Visit) -> None:
    page = visit.page

    def press(name: str, key: str, state: str) -> str:
        page.focus(name)
        page.keyboard.press(key)
        visit.wait(state)
        return focused(page)

    photo = file("a.jpg", ASTRONAUT.read_bytes())
    visit.choose([file("broken.jpg", b"\xff\xd8\xffx"), photo, photo], "failed")
    page.wait_for_selector("#tally-text:text-is('2 of 3 done, 1 failed.')")
    assert press("#retry", "Enter", "failed") == "stage"
    assert press("#drop-photo", "Enter", "done") == "stage"
    assert press("#strip", "Delete", "done") == "stage", "one photo has no strip"
    page.set_input_files("#another", file("notes.txt", b"words"))
    visit.notice()
    assert press("#notice-close", "Enter", "done") == "stage"
    assert press("#clear", "Enter", "empty") == "file"


def test_what_happens_is_said(visit: Visit) -> None:
    """Check the texts of the live region, in order."""
    visit.page.evaluate("""() => {
      window.said = [];
      const region = document.getElementById("said");
      new MutationObserver(() => said.push(region.textContent))
        .observe(region, { childList: true });
    }""")
    visit.choose(ASTRONAUT)
    said = visit.page.evaluate("said")
    assert said[:2] == ["Sending the photo", "Removing the background"]
    assert said[-1].startswith("Done in ")
    assert visit.page.get_attribute("#said", "role") == "status"


def test_not_every_photo_of_many_is_announced(visit: Visit) -> None:
    visit.page.evaluate("""() => {
      window.said = [];
      const note = ({ target }) => {
        const region = (target.closest ? target : target.parentElement).closest("[role=status]");
        if (region) said.push(region.textContent);
      };
      new MutationObserver((all) => all.forEach(note))
        .observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    photo = file("a.jpg", ASTRONAUT.read_bytes())
    visit.choose([photo] * 4, "busy")
    visit.page.wait_for_selector("#tally-text:text-is('4 of 4 done.')")
    counts = [each for each in visit.page.evaluate("said") if "of 4" in each]
    assert counts == ["4 of 4 done."]


def test_a_phone_needs_no_scrolling_to_the_side(open_page: Open) -> None:
    with open_page(**ON_A_PHONE) as visit:
        sides = []
        for state in ("empty", "done", "failed"):
            if state == "done":
                visit.choose(ASTRONAUT)
            if state == "failed":
                visit.choose(file("a-name-without-an-end-" * 5 + ".jpg", b"\xff\xd8\xffx"), state)
            width = visit.page.evaluate("document.documentElement.scrollWidth")
            sides.append((state, width))
        assert sides == [(state, PHONE["width"]) for state, _ in sides]


def test_fingers_find_what_they_touch(open_page: Open) -> None:
    """WCAG 2.2 asks for 24 pixels at least."""
    with open_page(**ON_A_PHONE) as visit:
        visit.choose(ASTRONAUT)
        small = visit.page.evaluate("""() =>
          [...document.querySelectorAll(".button, .segments span, .chip, nav a")]
            .map((each) => [each.textContent, each.getBoundingClientRect()])
            .filter(([, box]) => box.width && Math.min(box.width, box.height) < 24)
            .map(([text]) => text)""")
        assert small == []


def test_a_dark_room(open_page: Open) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        with open_page(color_scheme=scheme) as visit:
            shades[scheme] = visit.page.evaluate(
                "getComputedStyle(document.documentElement).backgroundColor"
            )
    assert shades == {"light": "rgb(243, 244, 247)", "dark": "rgb(15, 17, 22)"}


def test_a_contrast_theme_shows_what_is_selected(open_page: Open) -> None:
    """Without shadows and colours of the page's own, as on Windows."""
    with open_page(forced_colors="active") as visit:
        visit.choose([ASTRONAUT, PHOTOS / "coffee.jpg"])
        visit.page.wait_for_selector("#tally-text:text-is('2 of 2 done.')")
        names = [
            *('label:has([name="format"][value="jpg"])', 'label:has([name="scope"][value="one"])'),
            *('label:has([name="backdrop"][value="black"])', "[role=option] >> nth=1"),
        ]
        for name in names:
            visit.page.mouse.move(5, 5)
            before = visit.page.locator(name).screenshot()
            visit.page.click(name)
            visit.wait("done")
            visit.page.mouse.move(5, 5)
            assert visit.page.locator(name).screenshot() != before, name
