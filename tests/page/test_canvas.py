"""The canvas: as the API makes it, as it is shown, and for all photos or one."""

from base64 import b64decode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser

from cutout.choices import Mode
from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.page.conftest import STRICT_SIDE, Open
from tests.page.test_accessibility import FOCUS_RING, ON_A_PHONE, findings, tab_to
from tests.page.test_many import pictures_of, select, wait_for_tally
from tests.page.test_mending import PHOTO as GREY
from tests.page.test_mending_shadow import erase_the_lower_half
from tests.page.test_mending_shadow import finish as finish_mending
from tests.page.test_saving import run, saved
from tests.page.test_shown import PHOTO, SCENE, choose_background, mean_difference, saved_and_made
from tests.samples import PHOTOS, gradient, jpeg

VISIBLE = 32  # the alpha from which a pixel belongs to the subject
SIDES = {"amazon": 2000, "ebay": 1600, "shopify": 2048}
PRESETS = ["square", *SIDES]
LARGE = jpeg(Image.open(PHOTOS / "coffee.jpg").resize((2100, 700)), quality=95)
WIDE = file("wide.jpg", jpeg(gradient(120, 40)))
TALL = file("tall.jpg", jpeg(gradient(40, 120)))


def made_by(server: LocalServer, content: bytes, parameters: Mapping[str, str]) -> Image.Image:
    reply = requests.post(
        f"{server.url}/v1/results", params=parameters, files={"image": content}, timeout=60
    )
    return Image.open(
        BytesIO(b64decode(reply.json()["results"][0]["entities"][0]["image"]))
    ).convert("RGBA")


def place(visit: Visit, canvas: str) -> Image.Image:
    """Choose a canvas; the saved picture."""
    visit.page.select_option("#canvas", canvas)
    visit.settle()
    return Image.open(BytesIO(saved(visit.page, "#save")[1]))


def box_of(picture: Image.Image, least: int = 128) -> np.ndarray:
    """Return left, top, right and bottom of what has an alpha of `least` or more, in pixels."""
    alpha = picture.convert("RGBA").getchannel("A")
    return np.array(alpha.point([255 * (each >= least) for each in range(256)]).getbbox())


def assert_alike(here: Image.Image, there: Image.Image, mean: float = 0.5) -> None:
    """Check size, place and pixels; the two resize by different filters."""
    assert here.size == there.size
    assert np.abs(box_of(here) - box_of(there)).max() <= 1
    assert mean_difference(here, there) < mean


@pytest.mark.parametrize(
    ("content", "mean"), [(PHOTO, 0.5), (LARGE, 0.25)], ids=["enlarged", "shrunk"]
)
def test_a_preset_is_the_api_s(
    visit: Visit, server: LocalServer, content: bytes, mean: float, subtests: pytest.Subtests
) -> None:
    visit.choose(file("a.jpg", content))
    for preset in PRESETS:
        with subtests.test(preset=preset):
            side = SIDES.get(preset, max(Image.open(BytesIO(content)).size))
            picture = place(visit, preset)
            assert picture.size == (side, side)
            assert f"{side} x {side}" in visit.facts()
            assert_alike(picture, made_by(server, content, {"preset": preset}), mean)
    visit.press("backdrop", "none")
    for preset in PRESETS:
        with subtests.test(preset=preset, background="none"):
            transparent = {"preset": preset, "bg-color": "transparent"}
            assert_alike(place(visit, preset), made_by(server, content, transparent), mean)


def test_the_subject_fills_85_percent_of_it(visit: Visit) -> None:
    visit.choose(file("a.jpg", LARGE))
    place(visit, "amazon")
    visit.press("backdrop", "none")
    left, top, right, bottom = box_of(place(visit, "amazon"), VISIBLE)
    assert max(right - left, bottom - top) == pytest.approx(1700, abs=2)
    assert abs(left + right - 2000) <= 2
    assert abs(top + bottom - 2000) <= 2


def test_before_and_after_lie_at_the_same_place(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    place(visit, "square")
    visit.set_split(0)
    after = visit.pixel(0.5, 0.5)
    visit.set_split(100)
    before = visit.pixel(0.5, 0.5)
    assert np.abs(np.subtract(after, before)).max() <= 6
    assert after != (255, 255, 255, 255)


@pytest.mark.parametrize(
    "case",
    ["square none 5% png", "square picture 0% png", "ebay colour none png", "ebay none 10% jpg"],
)
def test_the_command_gives_it_again(
    visit: Visit, tmp_path: Path, case: str, subtests: pytest.Subtests
) -> None:
    preset, kind, crop, suffix = case.split()
    (tmp_path / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "scene.jpg").write_bytes(SCENE)
    visit.choose(file("a.jpg", PHOTO))
    visit.page.select_option("#crop", crop)
    visit.page.select_option("#canvas", preset)
    for mode in Mode:
        with subtests.test(mode=mode):
            assert_command_repeats(visit, tmp_path, kind, suffix, mode)


def assert_command_repeats(
    visit: Visit, folder: Path, background: str, suffix: str, mode: str
) -> Image.Image:
    """Make the rest of the choices; return the saved picture, which the page's command repeats."""
    choose_background(visit, background)
    visit.press("format", suffix)
    visit.press("mode", mode)
    visit.wait_for_command(f"mode={mode}")
    _, here, there = saved_and_made(visit, folder)
    assert here.format == there.format
    assert_alike(here, there, 2)
    return here


def test_a_mask_lies_on_black(visit: Visit, server: LocalServer) -> None:
    visit.choose(WIDE)
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    picture = place(visit, "ebay")
    assert picture.convert("RGBA").getpixel((800, 10)) == (0, 0, 0, 255)
    assert_alike(picture, made_by(server, WIDE["buffer"], {"mode": "fg-mask", "preset": "ebay"}))


def test_a_mended_photo_is_placed_by_what_is_left(visit: Visit, tmp_path: Path) -> None:
    visit.choose(GREY)
    visit.page.select_option("#canvas", "ebay")
    erase_the_lower_half(visit)
    finish_mending(visit)
    visit.page.wait_for_selector("#facts:has-text('mended by hand'):not(:has-text('edges'))")
    visit.wait("done")
    visit.press("backdrop", "none")
    visit.page.reload()
    visit.wait("done")
    name, content = saved(visit.page, "#save")
    picture = Image.open(BytesIO(content))
    left, top, right, bottom = box_of(picture)
    assert right - left == pytest.approx(0.85 * 1600, abs=6)
    assert bottom - top < 0.8 * (right - left), "placed as if nothing had been erased"
    assert "choose the result “Mask”, the whole photo, and save it" in visit.command()
    command = visit.command()
    visit.page.select_option("#canvas", "none")
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    mask_name, mask = saved(visit.page, "#save")
    (tmp_path / GREY["name"]).write_bytes(GREY["buffer"])
    (tmp_path / mask_name).write_bytes(mask)
    run(command, tmp_path)
    assert_alike(picture, Image.open(tmp_path / name))


def test_a_mended_mask_is_placed_before_the_server_finishes_it(visit: Visit) -> None:
    """Only its pixels say where the object is until then."""
    visit.choose(GREY)
    visit.page.select_option("#canvas", "ebay")
    erase_the_lower_half(visit)
    with visit.waiting_for_results():
        visit.page.click("#mended")
        visit.page.wait_for_selector("#facts:has-text('refining edges')")
        visit.press("mode", "fg-mask")
        visit.wait_for_command("mode=fg-mask")
        mask = Image.open(BytesIO(saved(visit.page, "#save")[1])).convert("L")
    _, top, _, bottom = Image.fromarray(np.asarray(mask) >= VISIBLE).getbbox() or (0, 0, 0, 0)
    assert (top + bottom) / 2 == pytest.approx(800, abs=6), "not in the middle"


def test_a_canvas_is_no_larger_than_the_server_s_limit(
    browser: Browser, strict: LocalServer
) -> None:
    with visiting(browser, strict.url + "/") as visit:
        visit.choose(file("a.jpg", PHOTO))
        picture = place(visit, "amazon")
        assert picture.size == (STRICT_SIDE, STRICT_SIDE)
        assert_alike(picture, made_by(strict, PHOTO, {"preset": "amazon"}))


def test_a_marketplace_s_background_is_white_unless_another_is_chosen(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    assert place(visit, "amazon").convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
    assert visit.page.is_checked('[name="backdrop"][value="white"]')
    assert "bg-color=white&preset=amazon" in visit.command()
    visit.press("backdrop", "none")
    assert place(visit, "ebay").convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)
    assert "bg-color=transparent&preset=ebay" in visit.command()
    place(visit, "none")
    visit.press("backdrop", "black")
    assert place(visit, "shopify").convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 255)


def test_a_crop_without_effect_can_t_be_chosen(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    visit.page.select_option("#crop", "10%")
    place(visit, "amazon")
    assert visit.page.is_disabled("#crop")
    assert "crop" not in visit.command()
    place(visit, "square")
    assert visit.page.is_enabled("#crop")
    assert "crop=true&crop-margin=10%25&preset=square" in visit.command()


def sizes_in_zip(visit: Visit) -> dict[str, tuple[int, int]]:
    """Return the width and height of each picture in the page's ZIP."""
    pictures = pictures_of(saved(visit.page, "#zip")[1])
    return {name: Image.open(BytesIO(content)).size for name, content in pictures.items()}


def test_one_photo_has_a_canvas_of_its_own(visit: Visit) -> None:
    visit.choose([WIDE, TALL])
    wait_for_tally(visit, "2 of 2 done.")
    visit.page.select_option("#canvas", "square")
    visit.page.check('[name="scope"][value="one"]', force=True)
    visit.page.select_option("#canvas", "ebay")
    for _ in range(2):
        assert sizes_in_zip(visit) == {
            "wide-cut-out.png": (1600, 1600),
            "tall-cut-out.png": (120, 120),
        }
        visit.page.reload()
        wait_for_tally(visit, "2 of 2 done.")
        select(visit, "tall.jpg")
        assert visit.page.input_value("#canvas") == "square"
        select(visit, "wide.jpg")
        assert visit.page.input_value("#canvas") == "ebay"


def test_by_keyboard(visit: Visit) -> None:
    visit.choose(file("a.jpg", PHOTO))
    visit.page.evaluate(FOCUS_RING)
    tab_to(visit.page, "canvas")
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("ArrowDown")
    visit.wait_for_command("preset=amazon")
    assert visit.page.get_by_label("Canvas").input_value() == "amazon"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(open_page: Open, scheme: str) -> None:
    with open_page(color_scheme=scheme, **ON_A_PHONE) as visit:
        visit.choose(file("a.jpg", PHOTO))
        place(visit, "amazon")
        assert findings(visit.page) == []
        visit.assert_save_is_visible()


def backdrop(visit: Visit) -> str:
    chosen = '[name="backdrop"]:checked'
    value: str = visit.page.eval_on_selector(chosen, "(each) => each.value")
    return value


def test_the_white_of_a_canvas_goes_with_it(visit: Visit) -> None:
    visit.choose([WIDE, TALL])
    wait_for_tally(visit, "2 of 2 done.")
    place(visit, "amazon")
    assert backdrop(visit) == "white"
    select(visit, "tall.jpg")
    place(visit, "ebay")
    visit.page.reload()
    visit.wait("done")
    place(visit, "none")
    assert backdrop(visit) == "none"
    place(visit, "square")
    visit.press("backdrop", "black")
    visit.press("backdrop", "white")
    place(visit, "none")
    assert backdrop(visit) == "white", "the user has chosen it"


def test_a_mask_s_canvas_brings_no_white(visit: Visit) -> None:
    visit.choose(WIDE)
    visit.press("mode", "fg-mask")
    visit.wait_for_command("mode=fg-mask")
    place(visit, "square")
    visit.press("mode", "fg-image")
    visit.wait("done")
    assert backdrop(visit) == "none"
