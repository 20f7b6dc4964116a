"""Mending while the shadow is the result: the cut-out is painted on, and its shadow made anew."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
import requests

from tests.local_server import LocalServer
from tests.page.browser import Visit
from tests.page.conftest import Open
from tests.page.test_accessibility import FOCUS_RING, findings, focused, tab_to
from tests.page.test_mending import MIDDLE, PHOTO, paint, pixels, start
from tests.page.test_mending_blank import is_chequered
from tests.page.test_saving import run, saved
from tests.shown import shown

BELOW = (0.5, 0.6)  # a share of the sides: where the shadow falls once the lower half is gone
SHADOW = "mode=fg-image-shadow"
CUT_OUT = re.compile(r"/v1/results\?(.*&)?mode=fg-image(&|$)")
MASKED = "-F mask=@grey-mask.png"


def open_shadow(visit: Visit) -> bytes:
    """Choose the shadow before anything else is made of the photo; the file."""
    visit.page.route(CUT_OUT, lambda _: None)
    visit.choose(PHOTO, "busy")
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command(SHADOW)
    visit.page.unroute(CUT_OUT)
    return saved(visit.page, "#save")[1]


def erase_the_lower_half(visit: Visit) -> None:
    start(visit, "erase")
    visit.page.locator("#brush-size").fill("80")
    visit.page.set_checked("#brush-soft", checked=False)
    paint(visit, (0, 270), (400, 270), (400, 340), (0, 340), (0, 395), (400, 395))


def finish(visit: Visit) -> bytes:
    """Leave the brush; the saved file once its shadow is there."""
    visit.page.click("#mended")
    visit.wait_for_command(MASKED)
    return saved(visit.page, "#save")[1]


def asked_of_the_api(server: LocalServer, mask: bytes) -> bytes:
    reply = requests.post(
        f"{server.url}/v1/results",
        params={"mode": "fg-image-shadow"},
        files={"image": PHOTO["buffer"], "mask": mask},
        timeout=60,
    )
    return b64decode(reply.json()["results"][0]["entities"][0]["image"])


def test_the_shadow_follows_the_mask(visit: Visit, server: LocalServer, tmp_path: Path) -> None:
    before = pixels(open_shadow(visit))
    erase_the_lower_half(visit)
    content = finish(visit)
    assert "mended by hand" in visit.facts()
    assert visit.page.is_checked('[name="mode"][value="fg-image-shadow"]')
    found = pixels(content)
    assert before[300, 200][3] == 255
    assert found[100, 200][3] == 255
    shade = found[int(400 * BELOW[1]), int(400 * BELOW[0])]
    assert shade[3] > 20
    assert shade[:3].max() == 0, "no shadow below what is left of the object"
    visit.page.reload()
    visit.wait_for_command(SHADOW)
    assert "mended by hand" in visit.facts()
    assert saved(visit.page, "#save")[1] == content, "another file after a reload"
    command = visit.command()
    assert MASKED in command
    asked = len(visit.posts("/v1/results"))
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    assert len(visit.posts("/v1/results")) == asked, "the mask is here already"
    name, mask = saved(visit.page, "#save")
    assert shown(asked_of_the_api(server, mask)) == shown(content)
    (tmp_path / PHOTO["name"]).write_bytes(PHOTO["buffer"])
    (tmp_path / name).write_bytes(mask)
    run(command, tmp_path)
    assert shown((tmp_path / "grey-shadow.png").read_bytes()) == shown(content)


def test_what_is_painted_on_has_no_shadow(visit: Visit) -> None:
    """Else the shadow would be mended as if it were the object."""
    open_shadow(visit)
    erase_the_lower_half(visit)
    finish(visit)
    visit.press("backdrop", "white")
    visit.set_split(0)
    assert visit.pixel(*BELOW) != (255, 255, 255, 255)
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    visit.settle()
    assert is_chequered(visit, *BELOW)
    assert visit.pixel(0.5, 0.25) != (255, 255, 255, 255)
    visit.page.click("#mended")


def test_nothing_is_changed_without_a_stroke(visit: Visit) -> None:
    content = open_shadow(visit)
    visit.page.click("#mend")
    visit.page.wait_for_selector("#mending")
    asked = len(visit.posts("/v1/results"))
    visit.page.click("#mended")
    visit.wait_for_command(SHADOW)
    assert saved(visit.page, "#save") == ("grey-shadow.png", content)
    assert len(visit.posts("/v1/results")) == asked
    visit.page.click("#mend")
    visit.page.click("#mended")
    visit.wait_for_command(SHADOW)
    assert len(visit.posts("/v1/results")) == asked, "the cut-out was made twice"


def test_starting_over_brings_back_the_server_s_shadow(visit: Visit) -> None:
    content = open_shadow(visit)
    start(visit, "erase")
    assert visit.page.is_hidden("#unmend")
    paint(visit, MIDDLE)
    assert shown(finish(visit)) != shown(content)
    visit.page.click("#mend")
    visit.page.click("#unmend")
    visit.page.wait_for_function(
        "() => !document.getElementById('command-text').textContent.includes('mask=')"
    )
    visit.wait_for_command(SHADOW)
    assert "mended by hand" not in visit.facts()
    assert shown(saved(visit.page, "#save")[1]) == shown(content)


def test_the_cut_out_has_the_strokes_too(visit: Visit) -> None:
    open_shadow(visit)
    start(visit, "erase")
    paint(visit, MIDDLE)
    finish(visit)
    visit.press("mode", "fg-image")
    visit.page.wait_for_selector("#facts:has-text('mended by hand'):not(:has-text('edges'))")
    visit.wait("done")
    name, content = saved(visit.page, "#save")
    assert name == "grey-cut-out.png"
    assert pixels(content)[MIDDLE][3] == 0


def test_it_can_be_cancelled_before_the_cut_out_is_there(visit: Visit) -> None:
    content = open_shadow(visit)
    with visit.waiting_for_results():
        visit.page.click("#mend")
        visit.wait("busy")
        visit.page.click("#cancel")
        visit.wait_for_command(SHADOW)
        assert visit.page.is_hidden("#mending")
        visit.page.click("#mend")
        visit.wait("busy")
        visit.press("backdrop", "black")
        visit.wait_for_command(SHADOW)
    assert visit.page.is_hidden("#mending")
    visit.press("backdrop", "none")
    assert saved(visit.page, "#save") == ("grey-shadow.png", content)


def test_a_cut_out_that_does_not_come_is_told(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        content = open_shadow(visit)
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.page.click("#mend")
        assert "The connection failed" in visit.notice()
        visit.wait_for_command(SHADOW)
        assert visit.page.is_hidden("#mending")
        assert saved(visit.page, "#save")[1] == content
        visit.page.unroute("**/v1/*")
        start(visit, "erase")
        paint(visit, MIDDLE)
        assert pixels(finish(visit))[MIDDLE][:3].max() == 0


def test_without_the_server_the_strokes_are_kept(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        open_shadow(visit)
        start(visit, "erase")
        visit.page.set_checked("#brush-soft", checked=False)
        paint(visit, MIDDLE)
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.page.click("#mended")
        assert "couldn't refine the edges" in visit.notice()
        assert "The connection failed" in visit.failure()
        visit.page.unroute("**/v1/*")
        visit.page.click("#retry")
        visit.wait_for_command(MASKED)
        assert pixels(saved(visit.page, "#save")[1])[MIDDLE][:3].max() == 0


def test_by_keyboard(visit: Visit) -> None:
    open_shadow(visit)
    visit.page.evaluate(FOCUS_RING)
    tab_to(visit.page, "mend")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#mending")
    assert focused(visit.page) == "stage"
    tab_to(visit.page, "keep")
    visit.page.keyboard.press("ArrowRight")
    visit.page.focus("#stage")
    visit.page.keyboard.press(" ")
    tab_to(visit.page, "mended")
    visit.page.keyboard.press("Enter")
    visit.wait_for_command(MASKED)
    assert focused(visit.page) in {"stage", "mend"}, "the keyboard has lost its place"
    assert pixels(saved(visit.page, "#save")[1])[MIDDLE][:3].max() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Open, scheme: str) -> None:
    with open_page(color_scheme=scheme) as visit:
        open_shadow(visit)
        assert findings(visit.page) == [], "the shadow"
        start(visit, "erase")
        paint(visit, MIDDLE)
        assert findings(visit.page) == [], "the brush"
        finish(visit)
        assert findings(visit.page) == [], "mended"
