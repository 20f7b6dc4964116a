"""Mending where the networks found nothing: by hand, from an empty picture."""

from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.e2e.segmenter import BLANK_SIZE, INNER_SIZE
from tests.fetch.servers import answer, serving
from tests.local_server import LocalServer
from tests.page.browser import DESKTOP, Visit, file, plain, visiting
from tests.page.conftest import Open
from tests.page.test_accessibility import ON_A_PHONE, findings
from tests.page.test_doubt import label
from tests.page.test_many import GOOD, select, wait_for_tally
from tests.page.test_mending import (
    FINISHED,
    PHOTO,
    finish,
    middle_of_stage,
    paint,
    pixels,
    start,
    stroked,
)
from tests.page.test_mending_kept import BACK, said, steps_on_device
from tests.page.test_saving import saved
from tests.samples import jpeg

COLOUR = (90, 120, 150)
BLANK = file("blank.jpg", jpeg(Image.new("RGB", BLANK_SIZE, COLOUR), quality=100))
CHECKS = np.array([(0xB9, 0xBD, 0xC6), (0x9D, 0xA2, 0xAD)])  # the pattern while mending
NOTHING, ERASED = "No subject found", "Everything is erased"
THUMB_ALPHA = """async (name) => {
  const image = document.querySelector(`[role=option][aria-label^="${name}:"] img`);
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data[3];
}"""


def is_chequered(visit: Visit, x: float, y: float) -> bool:
    """Return whether a point shows the pattern behind a picture that is mended."""
    return any((visit.pixel(x, y)[:3] == each).all() for each in CHECKS)


def dab(visit: Visit, brush: str = "keep", size: int = 60) -> None:
    """Touch the middle of the picture once, with a hard edge."""
    visit.press("brush", brush)
    visit.page.locator("#brush-size").fill(str(size))
    visit.page.set_checked("#brush-soft", checked=False)
    visit.page.mouse.click(*middle_of_stage(visit))
    visit.settle()


def open_brush(visit: Visit) -> None:
    """Take the brush to a photo without a subject."""
    visit.choose(BLANK, "blank")
    visit.page.click("#mend-blank")
    visit.page.wait_for_selector("#mending")


def title(visit: Visit) -> str:
    """Return what is said in place of a picture."""
    visit.wait("blank")
    return visit.page.inner_text("#blank-title")


def erase_all(visit: Visit) -> None:
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    dab(visit, "erase", 100)
    visit.page.click("#mended")


def test_the_picture_is_what_was_painted_and_nothing_else(visit: Visit) -> None:
    visit.choose([BLANK, GOOD[0]], "blank")
    wait_for_tally(visit, "1 of 2 done, 1 without a subject.")
    assert title(visit) == NOTHING
    visit.page.click("#mend-blank")
    visit.page.wait_for_selector("#mending")
    assert visit.page.is_hidden("#blank")
    dab(visit)
    local = stroked(visit)
    visit.page.reload()
    for _ in range(2):
        visit.page.wait_for_selector(FINISHED)
        visit.wait("done")
        name, content = saved(visit.page, "#save")
        found = pixels(content)
        assert name == "blank-cut-out.png"
        assert np.array_equal(found[..., 3], local[..., 3]), "the server changed the alpha"
        far = np.hypot(*(np.indices(found.shape[:2]) - np.array([[[16]], [[40]]])))
        radius = 0.5 * 0.6**2 * 0.5 * BLANK_SIZE[0]
        assert found[far < radius - 2][:, 3].min() == 255
        assert found[far > radius + 2][:, 3].max() == 0
        assert np.abs(found[far < radius - 2][:, :3].astype(int) - COLOUR).max() <= 2
        wait_for_tally(visit, "2 of 2 done.")
        assert label(visit, "blank.jpg") == "done"
        assert " -F mask=@blank-mask.png " in visit.command()
        assert "mended by hand" in visit.facts()
        visit.page.reload()


def test_the_photo_shines_through_while_it_is_painted_on(visit: Visit) -> None:
    visit.choose(BLANK, "blank")
    visit.press("backdrop", "black")
    visit.page.click("#mend-blank")
    visit.page.wait_for_selector("#mending")
    dab(visit)
    faint, full = visit.pixel(0.05, 0.5), visit.pixel(0.5, 0.5)
    assert np.abs(np.subtract(full[:3], COLOUR)).max() <= 2
    assert any(np.abs(np.subtract(faint[:3], (each + COLOUR) / 2)).max() <= 2 for each in CHECKS)
    visit.page.mouse.move(5, 5)
    visit.page.click("#mended")
    visit.wait("done")
    visit.set_split(0)
    assert visit.pixel(0.05, 0.5) == (0, 0, 0, 255)


def test_nothing_shines_through_elsewhere(visit: Visit) -> None:
    visit.choose(PHOTO)
    visit.press("backdrop", "black")
    start(visit, "keep")
    visit.settle()
    assert is_chequered(visit, 0.002, 0.002)


@pytest.mark.parametrize("backdrop", ["none", "white", "colour"])
def test_white_is_visible_while_it_is_mended(visit: Visit, backdrop: str) -> None:
    """A white object on a white background, and a white photo without an object."""
    white = [Image.new("RGB", size, "white") for size in (INNER_SIZE, BLANK_SIZE)]
    inner, blank = (
        file(f"{name}.jpg", jpeg(each)) for name, each in zip(("in", "no"), white, strict=True)
    )
    visit.choose([inner, blank])
    wait_for_tally(visit, "1 of 2 done, 1 without a subject.")
    visit.press("backdrop", backdrop)
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    visit.settle()
    assert visit.pixel(0.5, 0.5) == (255, 255, 255, 255)
    assert is_chequered(visit, 0.05, 0.05)
    visit.page.click("#mended")
    visit.page.wait_for_selector("#mending", state="hidden")
    select(visit, "no.jpg")
    visit.wait("blank")
    visit.page.click("#mend-blank")
    visit.page.wait_for_selector("#mending")
    dab(visit)
    assert visit.pixel(0.5, 0.5) == (255, 255, 255, 255)
    assert max(visit.pixel(0.05, 0.5)[:3]) < 230


def test_strokes_are_undone_and_come_back_after_a_reload(visit: Visit) -> None:
    open_brush(visit)
    dab(visit)
    visit.page.keyboard.press("Control+z")
    assert visit.page.is_disabled("#undo")
    asked = len(visit.posts("/v1/results"))
    visit.page.click("#mended")
    assert title(visit) == NOTHING
    assert len(visit.posts("/v1/results")) == asked
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    dab(visit)
    assert steps_on_device(visit) == 1
    visit.page.reload()
    assert title(visit) == NOTHING
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    assert said(visit).startswith(BACK)
    assert finish(visit)[16, 40, 3] == 255


def test_starting_over_finds_nothing_again(visit: Visit) -> None:
    open_brush(visit)
    assert visit.page.is_hidden("#unmend")
    dab(visit)
    finish(visit)
    visit.page.click("#mend")
    visit.page.click("#unmend")
    for _ in range(2):
        assert title(visit) == NOTHING
        assert "by hand" not in visit.facts()
        assert visit.page.is_hidden("#save")
        visit.page.reload()


def test_with_all_erased_there_is_nothing_to_save(visit: Visit) -> None:
    open_brush(visit)
    dab(visit)
    finish(visit)
    asked = len(visit.posts("/v1/results"))
    erase_all(visit)
    for _ in range(2):
        assert title(visit) == ERASED
        assert visit.page.is_hidden("#save")
        assert "mended by hand" in visit.facts()
        assert "edges" not in visit.facts()
        visit.page.reload()
    assert title(visit) == ERASED
    assert len(visit.posts("/v1/results")) == asked, "there is nothing to finish"
    visit.press("mode", "fg-mask")
    assert title(visit) == ERASED
    visit.press("mode", "fg-image-shadow")
    assert title(visit) == ERASED
    visit.press("mode", "fg-image")
    visit.page.click("#mend-blank")
    visit.page.wait_for_selector("#mending")
    dab(visit)
    assert finish(visit)[16, 40, 3] == 255


def test_a_photo_of_which_all_is_erased_comes_back(visit: Visit) -> None:
    visit.choose([PHOTO, GOOD[0]])
    wait_for_tally(visit, "2 of 2 done.")
    visit.page.click("#mend")
    visit.press("brush", "erase")
    visit.page.locator("#brush-size").fill("100")
    visit.page.set_checked("#brush-soft", checked=False)
    paint(visit, (60, 60), (340, 60), (340, 200), (60, 200), (60, 340), (340, 340))
    visit.page.click("#mended")
    assert title(visit) == ERASED
    wait_for_tally(visit, "1 of 2 done, 1 erased.")
    assert label(visit, "grey.jpg") == "everything is erased"
    assert visit.page.evaluate(THUMB_ALPHA, "grey.jpg") == 255
    visit.page.click("#mend-blank")
    visit.page.click("#unmend")
    visit.wait("done")
    wait_for_tally(visit, "2 of 2 done.")
    assert pixels(saved(visit.page, "#save")[1])[200, 200, 3] == 255


def test_the_strip_shows_a_photo_without_a_subject(visit: Visit) -> None:
    visit.choose([GOOD[0], BLANK])
    wait_for_tally(visit, "1 of 2 done, 1 without a subject.")
    assert visit.page.evaluate(THUMB_ALPHA, "blank.jpg") == 255


def test_the_shadow_of_what_was_painted(visit: Visit) -> None:
    visit.choose(PHOTO)
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    visit.choose(BLANK, "blank")
    visit.page.click("#mend-blank")
    visit.page.wait_for_selector("#mending")
    dab(visit)
    visit.page.click("#mended")
    visit.wait_for_command("-F mask=@blank-mask.png")
    name, content = saved(visit.page, "#save")
    assert name == "blank-shadow.png"
    assert pixels(content)[16, 40, 3] == 255


def test_a_mask_is_not_painted_on(visit: Visit) -> None:
    visit.choose(BLANK, "blank")
    visit.press("mode", "fg-mask")
    visit.wait("blank")
    assert visit.page.is_hidden("#mend-blank")
    assert visit.page.is_hidden("#mend")


def test_without_the_original_there_is_nothing_to_paint(
    browser: Browser, private: LocalServer
) -> None:
    with (
        serving(answer(BLANK["buffer"])) as pictures,
        visiting(browser, private.url + "/") as visit,
    ):
        visit.page.fill("#address", pictures.url("/blank.jpg"))
        visit.page.click("#address-form button")
        assert title(visit) == NOTHING
        assert visit.page.is_hidden("#mend-blank")
        assert visit.page.evaluate("document.getElementById('tools').inert")
        visit.page.click("#fine-blank")
        assert visit.page.is_hidden("#fine-blank")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_where_all_is_empty(
    open_page: Open, scheme: str, device: dict[str, Any]
) -> None:
    with open_page(color_scheme=scheme, **device) as visit:
        open_brush(visit)
        assert findings(visit.page) == [], "empty"
        dab(visit)
        finish(visit)
        erase_all(visit)
        assert title(visit) == ERASED
        assert findings(visit.page) == [], "erased"
        assert plain(visit.page.inner_text("#blank")).startswith(f"{ERASED} There is nothing")
