"""A canvas of one's own width and height: as the API makes it, as it is shown, kept and typed."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import DESKTOP, Visit, file, visiting
from tests.page.conftest import Open
from tests.page.test_accessibility import FOCUS_RING, ON_A_PHONE, findings, focused, tab_to
from tests.page.test_canvas import (
    TALL,
    WIDE,
    assert_alike,
    assert_command_repeats,
    backdrop,
    box_of,
    made_by,
    place,
    sizes_in_zip,
)
from tests.page.test_many import select, wait_for_tally
from tests.page.test_saving import saved
from tests.page.test_shown import PHOTO, SCENE, premultiplied, seen

FITTED, FILLED = "fit", "own"
"""The canvases into which the picture is fitted, and of which the subject fills 85 %."""
MOST = 4096


@pytest.fixture(scope="module")
def one_visit(browser: Browser, server: LocalServer) -> Iterator[Visit]:
    """Provide one visit with a photo for all tests that make every choice on which they depend."""
    with visiting(browser, server.url + "/") as found:
        found.choose(file("a.jpg", PHOTO))
        yield found


@pytest.fixture
def shared(one_visit: Visit) -> Visit:
    """Return that visit with the choices that would disable others taken back."""
    one_visit.press("mode", "fg-image")
    one_visit.press("format", "png")
    one_visit.page.select_option("#canvas", "none")
    return one_visit


@pytest.fixture(scope="module")
def narrow(
    browser: Browser, server: LocalServer, request: pytest.FixtureRequest
) -> Iterator[tuple[Visit, bytes]]:
    """Provide one visit for each of two narrow photos, and the photo's file."""
    with visiting(browser, server.url + "/") as found:
        found.choose(request.param)
        yield found, request.param["buffer"]


def choose_size(visit: Visit, canvas: str, width: int, height: int) -> None:
    visit.page.select_option("#canvas", canvas)
    for name, length in (("Width", width), ("Height", height)):
        visit.page.get_by_label(name).fill(str(length))
    visit.page.get_by_label("Height").blur()
    visit.settle()


def picture_in(visit: Visit) -> Image.Image:
    return Image.open(BytesIO(saved(visit.page, "#save")[1]))


def asked(canvas: str, width: int, height: int) -> dict[str, str]:
    size = {"width": str(width), "height": str(height)}
    return size if canvas == FITTED else size | {"scale": "85%"}


@pytest.mark.parametrize("mode", ["fg-image", "fg-image-shadow", "fg-mask"])
@pytest.mark.parametrize(
    ("canvas", "size", "crop", "kind", "suffix"),
    [
        (FILLED, (300, 200), "none", "none", "png"),
        (FILLED, (90, 1200), "10%", "picture", "png"),
        (FITTED, (640, 640), "none", "colour", "png"),
        (FITTED, (100, 300), "5%", "none", "png"),
        (FITTED, (1600, 900), "0%", "white", "jpg"),
    ],
)
def test_the_command_gives_it_again(
    shared: Visit,
    tmp_path: Path,
    canvas: str,
    size: tuple[int, int],
    crop: str,
    kind: str,
    suffix: str,
    mode: str,
) -> None:
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "scene.jpg").write_bytes(SCENE)
    shared.page.select_option("#crop", crop)
    choose_size(shared, canvas, *size)
    assert assert_command_repeats(shared, tmp_path, kind, suffix, mode).size == size
    assert f"{size[0]} x {size[1]}" in shared.facts()


@pytest.mark.parametrize("crop", ["none", "10%"])
@pytest.mark.parametrize("canvas", [FITTED, FILLED])
@pytest.mark.parametrize("mode", ["fg-image", "fg-image-shadow"])
def test_the_saved_picture_is_the_shown_one(
    shared: Visit, mode: str, canvas: str, crop: str
) -> None:
    shared.press("backdrop", "colour")
    shared.page.select_option("#crop", crop)
    choose_size(shared, canvas, 300, 200)
    shared.press("mode", mode)
    shared.wait_for_command(f"mode={mode}")
    picture = picture_in(shared)
    assert picture.size == (300, 200)
    assert np.array_equal(np.asarray(picture.convert("RGB")), seen(shared, picture.size))


@pytest.mark.parametrize("narrow", [WIDE, TALL], ids=["wide", "tall"], indirect=True)
@pytest.mark.parametrize("canvas", [FITTED, FILLED])
@pytest.mark.parametrize("size", [(300, 1), (1, 300), (1, 1), (120, 40)])
def test_a_size_that_hardly_shows_anything_is_the_api_s(
    narrow: tuple[Visit, bytes],
    server: LocalServer,
    canvas: str,
    size: tuple[int, int],
) -> None:
    visit, content = narrow
    choose_size(visit, canvas, *size)
    here, there = picture_in(visit), made_by(server, content, asked(canvas, *size))
    assert here.size == there.size == size
    assert np.abs(premultiplied(here) - premultiplied(there)).mean() < 4
    drawn = [np.asarray(each.convert("RGBA"))[..., 3] > 0 for each in (here, there)]
    assert np.array_equal(drawn[0], drawn[1])


def test_the_subject_is_as_large_as_is_said(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    choose_size(visit, FILLED, 1000, 600)
    left, top, right, bottom = box_of(picture_in(visit), 32)
    assert max((right - left) / 1000, (bottom - top) / 600) == pytest.approx(0.85, abs=0.003)
    assert abs(left + right - 1000) <= 10, "not in the middle, to a pixel of the photo"
    assert abs(top + bottom - 600) <= 10
    assert visit.page.is_disabled("#crop")
    visit.page.select_option("#canvas", FITTED)
    visit.page.select_option("#crop", "0%")
    visit.settle()
    left, top, right, bottom = box_of(picture_in(visit), 32)
    assert max((right - left) / 1000, (bottom - top) / 600) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("typed", "taken"),
    [("5000", MOST), ("0", 1), ("-3", 1), ("12.6", 13), ("1e3", 1000), ("", 700), ("e", 700)],
)
def test_a_size_out_of_the_server_s_limits_is_brought_within(
    shared: Visit, typed: str, taken: int
) -> None:
    choose_size(shared, FITTED, 700, 50)
    shared.page.evaluate("document.getElementById('said').textContent = ''")
    field = shared.page.get_by_label("Width")
    field.press("Control+a")
    field.press("Delete")
    field.press_sequentially(typed)
    shared.page.keyboard.press("Tab")
    shared.wait_for_command(f"width={taken}&height=50")
    assert field.input_value() == str(taken)
    assert picture_in(shared).size == (taken, 50)
    is_said = shared.page.text_content("#said") == f"Changed to {taken} pixels."
    assert is_said == (typed != "1e3")


def test_a_size_is_saved_as_soon_as_it_is_typed(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    choose_size(visit, FITTED, 300, 200)
    visit.page.hover("#save")
    visit.page.get_by_label("Height").fill("100")
    assert picture_in(visit).size == (300, 100)


def test_the_limit_is_the_server_s(browser: Browser, strict: LocalServer) -> None:
    with visiting(browser, strict.url + "/") as visit:
        visit.choose(file("a.jpg", PHOTO))
        visit.page.select_option("#canvas", FITTED)
        visit.settle()
        assert picture_in(visit).size == (500, 500)
        assert "1 to 500 pixels" in visit.page.inner_text("#sizes")
        choose_size(visit, FITTED, 501, 400)
        assert picture_in(visit).size == (500, 400)
        assert_alike(picture_in(visit), made_by(strict, PHOTO, asked(FITTED, 500, 400)))


def test_one_photo_has_a_size_of_its_own(visit: Visit) -> None:
    visit.choose([WIDE, TALL])
    wait_for_tally(visit, "2 of 2 done.")
    choose_size(visit, FITTED, 300, 200)
    visit.page.check('[name="scope"][value="one"]', force=True)
    choose_size(visit, FILLED, 50, 60)
    for _ in range(2):
        assert sizes_in_zip(visit) == {"wide-cut-out.png": (50, 60), "tall-cut-out.png": (300, 200)}
        visit.page.reload()
        wait_for_tally(visit, "2 of 2 done.")
        select(visit, "tall.jpg")
        assert visit.page.input_value("#canvas") == FITTED
        assert visit.page.get_by_label("Width").input_value() == "300"
        select(visit, "wide.jpg")
        assert visit.page.input_value("#canvas") == FILLED
        assert visit.page.get_by_label("Height").input_value() == "60"


STORED = """async (length) => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const table = database.transaction("settings", "readwrite").objectStore("settings");
  table.put({ canvas: "fit", width: length, height: 70 }, "choices");
  await new Promise((done) => { table.transaction.oncomplete = done; });
  database.close();
}"""


@pytest.mark.parametrize(("length", "width"), [(80, 80), (5000, 1000), (1.5, 1000), ("80", 1000)])
def test_a_stored_size_beyond_the_limits_is_left_out(
    visit: Visit, length: object, width: int
) -> None:
    visit.choose(file("a.jpg", PHOTO))
    visit.page.evaluate(STORED, length)
    visit.page.reload()
    visit.wait("done")
    assert picture_in(visit).size == (width, 70)


def test_only_a_marketplace_s_canvas_is_white(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    choose_size(visit, FILLED, 300, 200)
    assert backdrop(visit) == "none"
    assert "bg-color" not in visit.command()
    place(visit, "amazon")
    assert backdrop(visit) == "white"
    place(visit, FITTED)
    assert backdrop(visit) == "white", "the picture changes more than its size"
    place(visit, "none")
    assert backdrop(visit) == "none"


def test_by_keyboard(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    assert visit.page.is_hidden("#sizes")
    visit.page.evaluate(FOCUS_RING)
    tab_to(visit.page, "canvas")
    visit.page.keyboard.press("End")
    visit.wait_for_command("width=1000&height=1000")
    tab_to(visit.page, "width")
    visit.page.keyboard.press("ArrowUp")
    visit.wait_for_command("width=1001&height=1000")
    assert focused(visit.page) == "width", "the keyboard has lost its place"
    tab_to(visit.page, "height")
    visit.page.keyboard.type("250")
    visit.page.keyboard.press("Enter")
    visit.wait_for_command("width=1001&height=250")
    assert visit.page.url == visit.url, "the form was sent"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(open_page: Open, scheme: str, device: dict[str, object]) -> None:
    with open_page(color_scheme=scheme, **device) as visit:
        visit.choose(file("a.jpg", PHOTO))
        choose_size(visit, FILLED, 1200, 1500)
        assert findings(visit.page) == []
        if device.get("is_mobile"):
            visit.assert_save_is_visible()
