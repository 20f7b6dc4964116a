"""Check the ways in which a photo gets onto the page."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.samples import PHOTOS, gradient, jpeg

ASTRONAUT = PHOTOS / "astronaut.jpg"
COPY = """async () => {
  const canvas = new OffscreenCanvas(40, 30);
  canvas.getContext("2d").fillRect(0, 0, 40, 30);
  const png = await canvas.convertToBlob({ type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}"""

# As for a file that was deleted, or that a cloud drive can't download.
READ_NO_B = """() => {
  const { slice } = Blob.prototype;
  const fail = async () => { throw new DOMException("not found", "NotFoundError"); };
  Blob.prototype.slice = function (...range) {
    const part = slice.call(this, ...range);
    return this.name === "b.jpg" ? Object.assign(part, { arrayBuffer: fail }) : part;
  };
}"""
HOLD_GIFS = """() => {
  const { createImageBitmap: decode } = window;
  window.createImageBitmap = async (blob, ...terms) => {
    if (blob.name?.endsWith(".gif") && !window.release) {
      await new Promise((done) => (window.release = done));
    }
    return decode(blob, ...terms);
  };
}"""
GIVE_NO_ENTRIES = """() => {
  const readEntries = (done, fail) => fail(new DOMException("not found", "NotFoundError"));
  const folder = { isDirectory: true, createReader: () => ({ readEntries }) };
  DataTransferItem.prototype.webkitGetAsEntry = () => folder;
}"""


def test_a_photo_is_picked(visit: Visit) -> None:
    assert visit.state() == "empty"
    visit.choose(ASTRONAUT)
    assert visit.page.inner_text("#name") == "astronaut.jpg"
    assert "512 x 512" in visit.facts()
    assert visit.page.get_attribute("#save", "download") == "astronaut-cut-out.png"


def test_a_photo_is_picked_before_the_script_is_there(visit: Visit) -> None:
    held: list[Route] = []
    visit.page.route("**/page.js*", lambda route: held.append(route))  # noqa: PLW0108
    visit.page.goto(visit.url, wait_until="commit")
    visit.page.set_input_files("#file", ASTRONAUT)
    while not held:
        visit.page.wait_for_timeout(50)
    held[0].continue_()
    visit.wait("done")
    assert visit.page.inner_text("#name") == "astronaut.jpg"


def test_a_click_beside_the_button_picks_too(visit: Visit) -> None:
    with visit.page.expect_file_chooser() as chooser:
        visit.page.click(".drop svg")
    chooser.value.set_files(ASTRONAUT)
    visit.wait("done")


@pytest.mark.parametrize("browser_like", ["() => {}", "() => { delete URL.canParse; }"])
def test_a_photo_is_dropped(visit: Visit, browser_like: str) -> None:
    """A real file, as the system hands it to the browser; in Safari 16, too."""
    visit.page.evaluate(browser_like)
    system = visit.system()
    data = {"items": [], "files": [str(ASTRONAUT)], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver"):
        system.send("Input.dispatchDragEvent", {"type": step, "x": 640, "y": 400, "data": data})
    assert visit.page.is_visible("#dropping"), "nothing says that the photo may be dropped"
    system.send("Input.dispatchDragEvent", {"type": "drop", "x": 640, "y": 400, "data": data})
    visit.wait("done")
    assert visit.page.is_hidden("#dropping")
    assert visit.page.inner_text("#name") == "astronaut.jpg"


def test_a_second_photo_is_dropped_on_the_first(visit: Visit) -> None:
    visit.choose(ASTRONAUT)
    system = visit.system()
    data = {"items": [], "files": [str(PHOTOS / "coffee.jpg")], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        system.send("Input.dispatchDragEvent", {"type": step, "x": 300, "y": 300, "data": data})
    visit.page.wait_for_selector("text=coffee.jpg")
    visit.wait("done")
    assert "600 x 400" in visit.facts()


def test_a_file_that_cannot_be_read_is_left_out(visit: Visit) -> None:
    visit.page.evaluate(READ_NO_B)
    photos = [file(name, jpeg(gradient(60, 40))) for name in ("b.jpg", "a.jpg", "c.jpg")]
    visit.choose(photos)
    notice = "1 file left out b.jpg: can't be read. It may have been moved or deleted."
    assert visit.notice() == notice
    visit.page.wait_for_selector("#tally-text:text-is('2 of 2 done.')")


def test_what_is_still_being_read_is_removed_too(visit: Visit) -> None:
    """Photos in other formats are decoded first, which takes a while."""
    visit.page.evaluate(HOLD_GIFS)
    gif = BytesIO()
    gradient(60, 40).save(gif, "GIF")
    visit.page.set_input_files("#file", [ASTRONAUT])
    visit.wait("done")
    visit.page.set_input_files("#another", [file(f"{at}.gif", gif.getvalue()) for at in range(2)])
    visit.page.wait_for_function("() => window.release")
    visit.page.click("#clear")
    visit.page.evaluate("release()")
    visit.page.wait_for_timeout(500)
    assert visit.state() == "empty"
    assert len(visit.posts("/v1/results")) == 1


def test_a_folder_that_cannot_be_read_is_named_as_such(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(ASTRONAUT.read_bytes())
    visit.page.evaluate(GIVE_NO_ENTRIES)
    system = visit.system()
    data = {"items": [], "files": [str(tmp_path)], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        system.send("Input.dispatchDragEvent", {"type": step, "x": 640, "y": 400, "data": data})
    assert "A file in this folder can't be read." in visit.notice()


def test_a_photo_is_pasted(browser: Browser, server: LocalServer) -> None:
    """Paste from the real clipboard, which holds pictures as PNG."""
    allowed = ["clipboard-read", "clipboard-write"]
    with visiting(browser, server.url + "/", permissions=allowed) as visit:
        visit.page.evaluate(COPY)
        visit.page.keyboard.press("Control+v")
        visit.wait("done")
        assert visit.page.inner_text("#name") == "image.png"
        assert "40 x 30" in visit.facts()


def test_a_paste_without_a_picture_says_so(browser: Browser, server: LocalServer) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    with visiting(browser, server.url + "/", permissions=allowed) as visit:
        visit.page.evaluate("navigator.clipboard.writeText('a word')")
        visit.page.keyboard.press("Control+v")
        assert "contain an image" in visit.notice()
        assert visit.state() == "empty"


def test_a_sample_is_tried(visit: Visit) -> None:
    visit.page.get_by_role("button", name="A cup of coffee").click()
    visit.wait("done")
    assert visit.page.inner_text("#name") == "cup.jpg"


def test_a_sample_is_tapped_twice_on_a_slow_connection(visit: Visit) -> None:
    held: list[Route] = []
    visit.page.route("**/page/cup.jpg*", lambda route: held.append(route))  # noqa: PLW0108
    for _ in range(2):
        visit.page.locator('[data-photo*="cup"]').click(force=True)
    for _ in range(200):  # the browser may ask only after both clicks
        if not held:
            visit.page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    visit.wait("done")
    assert len(held) == 1
    assert visit.page.is_hidden("#strip")


def test_a_sample_that_the_server_refuses(browser: Browser, server: LocalServer) -> None:
    with visiting(browser, server.url + "/", complaints=1) as visit:
        visit.page.route("**/page/cup.jpg*", lambda route: route.fulfill(status=503, body="busy"))
        visit.page.get_by_role("button", name="A cup of coffee").click()
        assert visit.notice() == "No photo The sample can't be downloaded."


def test_a_photo_that_lies_on_its_side_is_shown_upright(visit: Visit, tmp_path: Path) -> None:
    image = gradient(60, 40)
    exif = image.getexif()
    exif[0x0112] = 6
    (tmp_path / "a.jpg").write_bytes(jpeg(image, exif=exif))
    visit.choose(tmp_path / "a.jpg")
    assert "40 x 60" in visit.facts()
