"""The shadow: its strength and softness, made by the server, and where it ends."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.local_server import LocalServer
from tests.page.browser import DESKTOP, Visit, file
from tests.page.conftest import Open
from tests.page.test_accessibility import FOCUS_RING, ON_A_PHONE, findings, focused, tab_to
from tests.page.test_canvas import box_of, made_by
from tests.page.test_many import pictures_of, select, wait_for_tally
from tests.page.test_mending import MIDDLE, paint, pixels, start
from tests.page.test_mending_shadow import finish, open_shadow
from tests.page.test_saving import run, saved
from tests.page.test_shown import premultiplied
from tests.samples import gradient, jpeg

PHOTO = file("a.jpg", jpeg(gradient(160, 120)))
OTHER = file("b.jpg", jpeg(gradient(160, 120).rotate(180)))
SHADOW = {"mode": "fg-image-shadow"}


def choose_shadow(visit: Visit) -> None:
    visit.choose(PHOTO)
    assert visit.page.is_hidden("#strength")
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")


def set_slider(visit: Visit, name: str, value: str, part: str) -> None:
    visit.page.get_by_label(name).fill(value)
    visit.wait_for_command(part)


def test_the_server_makes_it(visit: Visit, server: LocalServer) -> None:
    choose_shadow(visit)
    assert "shadow-" not in visit.command()
    set_slider(visit, "Strength", "30", "shadow-opacity=0.3")
    set_slider(visit, "Softness", "90", "shadow-opacity=0.3&shadow-softness=0.9")
    assert visit.page.inner_text("#strength-value") == "30 %"
    name, content = saved(visit.page, "#save")
    asked = {**SHADOW, "shadow-opacity": "0.3", "shadow-softness": "0.9"}
    assert name == "a-shadow.png"
    assert (pixels(content) == made_by(server, PHOTO["buffer"], asked)).all()
    set_slider(visit, "Strength", "73", "mode=fg-image-shadow&shadow-softness=0.9")
    visit.page.reload()
    visit.wait_for_command("mode=fg-image-shadow&shadow-softness=0.9")
    assert visit.page.input_value("#softness") == "90"
    again = made_by(server, PHOTO["buffer"], {**SHADOW, "shadow-softness": "0.9"})
    assert (pixels(saved(visit.page, "#save")[1]) == again).all()


def test_a_reload_makes_nothing_again(visit: Visit) -> None:
    choose_shadow(visit)
    set_slider(visit, "Strength", "30", "shadow-opacity=0.3")
    visit.page.reload()
    asked = len(visit.posts("/v1/results"))
    visit.wait_for_command("shadow-opacity=0.3")
    assert len(visit.posts("/v1/results")) == asked


def test_nothing_is_made_while_the_mouse_moves(visit: Visit) -> None:
    choose_shadow(visit)
    asked = len(visit.posts("/v1/results"))
    box = visit.page.locator("#strength").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    visit.page.mouse.move(box["x"] + 0.73 * box["width"], y)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 0.2 * box["width"], y, steps=12)
    assert int(visit.page.input_value("#strength")) < 30
    assert visit.page.inner_text("#strength-value") == f"{visit.page.input_value('#strength')} %"
    visit.settle()
    assert len(visit.posts("/v1/results")) == asked
    assert visit.state() == "done"
    visit.page.mouse.up()
    visit.wait_for_command("shadow-opacity=0.")
    assert len(visit.posts("/v1/results")) == asked + 1


def test_a_newer_choice_ends_the_work_on_the_last(visit: Visit) -> None:
    choose_shadow(visit)
    visit.page.route("**/v1/results*shadow-opacity=0.4*", lambda _: None)
    visit.page.get_by_label("Strength").fill("40")
    visit.wait("busy")
    set_slider(visit, "Strength", "30", "shadow-opacity=0.3")


def test_by_keyboard(visit: Visit) -> None:
    """While a key is held, each of its steps is a change to the browser."""
    choose_shadow(visit)
    visit.page.evaluate(FOCUS_RING)
    asked = len(visit.posts("/v1/results"))
    tab_to(visit.page, "strength")
    for _ in range(5):
        visit.page.keyboard.down("ArrowRight")
    visit.settle()
    assert visit.page.get_attribute("#strength", "aria-valuetext") == "78 %"
    assert visit.state() == "done"
    visit.page.keyboard.up("ArrowRight")
    visit.wait_for_command("shadow-opacity=0.78")
    assert len(visit.posts("/v1/results")) == asked + 1
    assert focused(visit.page) == "strength", "the keyboard has lost its place"
    visit.page.keyboard.down("ArrowLeft")
    visit.page.keyboard.press("Tab")
    visit.wait_for_command("shadow-opacity=0.77")


def test_one_photo_has_a_shadow_of_its_own(visit: Visit, server: LocalServer) -> None:
    choose_shadow(visit)
    visit.page.set_input_files("#another", OTHER)
    wait_for_tally(visit, "2 of 2 done.")
    set_slider(visit, "Strength", "20", "shadow-opacity=0.2")
    wait_for_tally(visit, "2 of 2 done.")
    visit.page.check('[name="scope"][value="one"]', force=True)
    set_slider(visit, "Strength", "95", "shadow-opacity=0.95")
    wait_for_tally(visit, "2 of 2 done.")
    select(visit, "a.jpg")
    visit.wait_for_command("shadow-opacity=0.2'")
    assert visit.page.input_value("#strength") == "20"
    found = pictures_of(saved(visit.page, "#zip")[1])
    for name, photo, strength in (("a", PHOTO, "0.2"), ("b", OTHER, "0.95")):
        wanted = made_by(server, photo["buffer"], {**SHADOW, "shadow-opacity": strength})
        assert (pixels(found[f"{name}-shadow.png"]) == wanted).all()


def test_a_mended_photo_keeps_its_mask(visit: Visit) -> None:
    open_shadow(visit)
    start(visit, "erase")
    visit.page.set_checked("#brush-soft", checked=False)
    paint(visit, MIDDLE)
    strong = pixels(finish(visit)).astype(int)
    set_slider(visit, "Strength", "10", "shadow-opacity=0.1")
    assert "mended by hand" in visit.facts()
    faint = pixels(saved(visit.page, "#save")[1]).astype(int)
    assert faint[MIDDLE][:3].max() == 0
    assert faint[..., 3].sum() < strong[..., 3].sum()


def test_what_failed_can_be_made_again(open_page: Open) -> None:
    with open_page(complaints=None) as visit:
        choose_shadow(visit)
        visit.page.route("**/v1/*", lambda route: route.abort())
        visit.page.get_by_label("Strength").fill("40")
        assert "The connection failed" in visit.failure()
        visit.page.unroute("**/v1/*")
        visit.page.click("#retry")
        visit.wait_for_command("shadow-opacity=0.4")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(open_page: Open, scheme: str, device: dict[str, object]) -> None:
    with open_page(color_scheme=scheme, **device) as visit:
        choose_shadow(visit)
        assert findings(visit.page) == []
        if device.get("is_mobile"):
            visit.assert_save_is_visible()


BLACK = file("grey.jpg", jpeg(Image.new("RGB", (400, 400), "black"), quality=100))


def erase_at(visit: Visit, *points: tuple[int, int]) -> None:
    """Erase along a line with a soft brush; black objects keep a faint edge, like a shadow."""
    visit.choose(BLACK)
    start(visit, "erase")
    visit.page.locator("#brush-size").fill("100")
    paint(visit, *points)


@pytest.mark.parametrize("canvas", ["none", "ebay"])
@pytest.mark.parametrize("crop", ["0%", "10%"])
def test_crop_and_canvas_end_where_the_server_s_shadow_does(
    visit: Visit, tmp_path: Path, crop: str, canvas: str
) -> None:
    erase_at(visit, (0, 0), (400, 0), (400, 400), (0, 400), (0, 0))
    finish(visit)
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    mask_name, mask = saved(visit.page, "#save")
    visit.page.select_option("#crop", crop)
    visit.page.select_option("#canvas", canvas)
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    name, content = saved(visit.page, "#save")
    (tmp_path / BLACK["name"]).write_bytes(BLACK["buffer"])
    (tmp_path / mask_name).write_bytes(mask)
    run(visit.command(), tmp_path)
    here, there = (Image.open(BytesIO(each)) for each in (content, (tmp_path / name).read_bytes()))
    assert here.size == there.size
    assert np.abs(box_of(here, 16) - box_of(there, 16)).max() <= (canvas != "none")
    difference = np.abs(premultiplied(here) - premultiplied(there))
    assert difference.max() <= 2 if canvas == "none" else difference.mean() < 0.5


OLDER = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const transaction = database.transaction("results", "readwrite");
  transaction.objectStore("results").openCursor().onsuccess = ({ target: { result: cursor } }) => {
    const { shadow, ...others } = cursor?.value ?? {};
    cursor?.update(others);
    cursor?.continue();
  };
  await new Promise((done) => { transaction.oncomplete = done; });
  database.close();
}"""


def test_a_shadow_that_an_older_page_has_kept_is_made_again(visit: Visit) -> None:
    choose_shadow(visit)
    visit.page.select_option("#crop", "0%")
    visit.settle()
    picture = pixels(saved(visit.page, "#save")[1])
    visit.page.evaluate(OLDER)
    asked = len(visit.posts("/v1/results"))
    visit.page.reload()
    visit.wait_for_command("mode=fg-image-shadow")
    assert len(visit.posts("/v1/results")) == asked + 1
    assert (pixels(saved(visit.page, "#save")[1]) == picture).all()


def test_without_strength_the_crop_is_the_cut_out_s(visit: Visit) -> None:
    """The faint black edge that a soft brush leaves is not mistaken for a shadow."""
    erase_at(visit, (0, 400), (400, 400))
    finish(visit)
    visit.page.select_option("#crop", "0%")
    visit.settle()
    cut_out = pixels(saved(visit.page, "#save")[1])
    visit.press("mode", "fg-image-shadow")
    visit.wait_for_command("mode=fg-image-shadow")
    assert pixels(saved(visit.page, "#save")[1]).shape[0] > cut_out.shape[0]
    set_slider(visit, "Strength", "0", "shadow-opacity=0")
    assert pixels(saved(visit.page, "#save")[1]).shape == cut_out.shape
