"""Looking at a result: slider, zoom, backgrounds, modes."""

from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from tests.page.browser import Visit, file
from tests.page.conftest import Open
from tests.samples import PHOTOS, gradient, jpeg

GREY = (90, 120, 150)
PHOTO = file("grey.jpg", jpeg(Image.new("RGB", (400, 400), GREY), quality=100))
CORNER, MIDDLE = (0.002, 0.002), (0.5, 0.5)  # with the tests' segmenter: background, and object
CHECKS = {(255, 255, 255, 255), (228, 230, 234, 255)}
WIDTH = "document.getElementById('view').width"
FRAME = "getComputedStyle(document.getElementById('divider')).left"


@pytest.fixture
def done(visit: Visit) -> Visit:
    """A grey photo's cut-out, all of it after."""
    visit.choose(PHOTO)
    visit.set_split(0)
    return visit


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 2 for one, other in zip(found, wanted, strict=False))


def test_the_slider_shows_before_and_after(done: Visit) -> None:
    assert done.pixel(*CORNER) in CHECKS
    done.set_split(100)
    assert near(done.pixel(*CORNER), GREY)
    done.set_split(50)
    assert near(done.pixel(*CORNER), GREY)
    assert done.pixel(0.998, 0.002) in CHECKS
    assert done.page.get_attribute("#split", "aria-valuetext") == "50 % before"


def test_the_line_is_dragged(done: Visit) -> None:
    box = done.page.locator("#view").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    done.page.mouse.move(box["x"] + box["width"] / 2 - 40, y)
    done.page.mouse.down()
    done.page.mouse.move(box["x"] + box["width"] / 2, y, steps=4)
    done.page.mouse.up()
    done.settle()
    assert done.page.input_value("#split") == "50"
    assert near(done.pixel(*CORNER), GREY)


@pytest.mark.parametrize(
    ("choice", "seen"), [("white", (255, 255, 255, 255)), ("black", (0, 0, 0, 255))]
)
def test_plain_backgrounds(done: Visit, choice: str, seen: tuple[int, ...]) -> None:
    done.press("backdrop", choice)
    assert done.pixel(*CORNER) == seen
    assert near(done.pixel(*MIDDLE), GREY)
    done.press("backdrop", "none")
    assert done.pixel(*CORNER) in CHECKS


def test_any_colour(done: Visit) -> None:
    assert done.page.is_hidden("#colour")
    done.press("backdrop", "colour")
    done.page.fill("#colour", "#12ab34")
    done.settle()
    assert done.pixel(*CORNER) == (0x12, 0xAB, 0x34, 255)


def test_an_own_picture(done: Visit) -> None:
    red = jpeg(Image.new("RGB", (90, 30), "red"), quality=100)
    with done.page.expect_file_chooser() as chooser:
        done.press("backdrop", "picture")
    chooser.value.set_files(file("red.jpg", red))
    done.page.wait_for_selector("text=red.jpg")
    done.settle()
    assert near(done.pixel(*CORNER), (254, 0, 0, 255))
    assert not [url for url in done.requests if "red" in url], "the background was sent"
    assert len(done.posts("/v1/results")) == 1, "a background asks nobody"


def test_a_background_that_is_no_picture_says_so(done: Visit) -> None:
    done.press("backdrop", "black")
    words = file("notes.txt", b"words")
    done.page.set_input_files("#scene", words)
    done.page.wait_for_selector("#said:has-text('notes.txt')")
    assert done.pixel(*CORNER) == (0, 0, 0, 255)


def test_each_mode_is_made_once(done: Visit) -> None:
    for mode in ("fg-mask", "fg-image-shadow", "fg-image", "fg-mask"):
        done.press("mode", mode)
        done.wait_for_command(f"mode={mode}")
    modes = [parse_qs(urlsplit(url).query)["mode"][0] for url in done.posts("/v1/results")]
    assert modes == ["fg-image", "fg-mask", "fg-image-shadow"]
    assert done.pixel(*CORNER) == (0, 0, 0, 255), "a mask is black where nothing is"
    assert done.pixel(*MIDDLE) == (255, 255, 255, 255)
    assert done.page.evaluate("backdrops.disabled"), "a mask has no background"
    assert done.page.get_attribute("#save", "download") == "grey-mask.png"


def test_zoom_shows_single_pixels(visit: Visit) -> None:
    stripes = Image.new("RGB", (800, 800), "white")
    for x in range(0, 800, 2):
        stripes.paste("black", (x, 0, x + 1, 800))
    photo = file("a.jpg", jpeg(stripes, quality=100))
    visit.choose(photo)
    visit.set_split(100)
    visit.press("zoom", "4")
    assert widths(visit) == {4}
    visit.press("zoom", "1")
    assert widths(visit) == {1}


def widths(visit: Visit) -> set[int]:
    """Return the widths of the stripes in the middle row, without the first and the last."""
    row = visit.page.evaluate("""() => {
      const canvas = document.getElementById("view");
      const context = canvas.getContext("2d");
      const { data } = context.getImageData(0, canvas.height / 2, canvas.width, 1);
      return Array.from({ length: canvas.width }, (_, x) => data[4 * x] > 127);
    }""")
    changes = [x for x in range(1, len(row)) if row[x] != row[x - 1]]
    return {after - before for before, after in pairwise(changes)}


def test_a_zoomed_picture_is_moved(visit: Visit) -> None:
    halves = Image.new("RGB", (900, 900), "blue")
    halves.paste("red", (0, 0, 450, 900))
    photo = file("a.jpg", jpeg(halves, quality=100))
    visit.choose(photo)
    visit.set_split(100)
    visit.press("zoom", "4")
    visit.page.focus("#stage")
    for _ in range(30):
        visit.page.keyboard.press("ArrowRight")
    visit.settle()
    assert blue_share(visit) == 1.0
    box = visit.page.locator("#view").bounding_box()
    assert box
    visit.page.mouse.move(box["x"] + 100, box["y"] + 100)
    for _ in range(6):
        visit.page.mouse.down()
        visit.page.mouse.move(box["x"] + 700, box["y"] + 100, steps=3)
        visit.page.mouse.up()
        visit.page.mouse.move(box["x"] + 100, box["y"] + 100)
    visit.settle()
    assert blue_share(visit) == 0.0


def blue_share(visit: Visit) -> float:
    share: float = visit.page.evaluate("""() => {
      const canvas = document.getElementById("view");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let blue = 0;
      for (let index = 0; index < data.length; index += 4) blue += data[index + 2] > 127;
      return (4 * blue) / data.length;
    }""")
    return share


def test_a_double_click_zooms(done: Visit) -> None:
    done.page.dblclick("#stage")
    assert done.page.is_checked('input[name="zoom"][value="1"]')
    done.page.dblclick("#stage")
    assert done.page.is_checked('input[name="zoom"][value="fit"]')


def test_zoom_on_a_fine_screen_is_in_its_own_pixels(open_page: Open) -> None:
    with open_page(device_scale_factor=2) as visit:
        visit.choose(PHOTOS / "astronaut.jpg")
        size = visit.page.evaluate("[view.width, view.clientWidth]")
        assert size[0] == 2 * size[1]


def test_the_facts_tell_the_picture_s_size_from_the_photo_s(visit: Visit) -> None:
    photo = file("a.jpg", jpeg(gradient(60, 40)))
    visit.choose(photo)
    visit.page.select_option("#canvas", "amazon")
    visit.page.wait_for_selector("#facts:has-text('2000')")
    kilobytes = -(-len(photo["buffer"]) // 1000)
    assert visit.facts().startswith(f"2000 x 2000 · photo of {kilobytes} kB · ")


def test_a_zoomed_page_uses_the_screen_s_pixels(open_page: Open) -> None:
    """In a wide window, the browser's zoom leaves the picture's frame as it is in CSS pixels."""
    with open_page(viewport={"width": 2400, "height": 900}) as visit:
        visit.choose(PHOTO)
        visit.set_split(0)
        screen = visit.system()
        width = visit.page.evaluate(WIDTH)
        for ratio in (1.25, 1.5, 1):
            metrics = {"width": int(2400 / ratio), "height": 900, "deviceScaleFactor": ratio}
            screen.send("Emulation.setDeviceMetricsOverride", {**metrics, "mobile": False})
            visit.page.wait_for_function(f"() => devicePixelRatio === {ratio}")
            visit.settle()
            assert visit.page.evaluate(WIDTH) == ratio * width
            assert visit.pixel(*CORNER) in CHECKS
