"""The ZIP of all photos."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.page.browser import Visit
from tests.page.test_many import GOOD, pictures_of, wait_for_tally

# Encodes no JPEG until `release()` is called.
HOLD_JPEGS = """() => {
  const { toBlob } = HTMLCanvasElement.prototype;
  const released = new Promise((done) => (window.release = done));
  HTMLCanvasElement.prototype.toBlob = function (done, type, ...rest) {
    const encode = () => toBlob.call(this, done, type, ...rest);
    if (type === "image/jpeg") released.then(encode);
    else encode();
  };
}"""


def test_choices_that_change_while_packing_have_no_effect(visit: Visit) -> None:
    visit.choose(GOOD[:3])
    wait_for_tally(visit, "3 of 3 done.")
    visit.press("format", "jpg")
    visit.page.evaluate(HOLD_JPEGS)
    with visit.page.expect_download() as download:
        visit.page.click("#zip")
        wait_for_tally(visit, "Packing 1 of 3")
        visit.press("format", "png")
        visit.press("mode", "fg-mask")
        visit.page.wait_for_selector('[role=option][data-status="done"]')
        assert visit.page.inner_text("#tally-text") == "Packing 1 of 3"
        assert visit.page.is_disabled("#zip")
        visit.page.evaluate("release()")
    found = pictures_of(Path(download.value.path()).read_bytes())
    assert list(found) == ["a-cut-out.jpg", "A-cut-out (2).jpg", "schöne Vase; 1-cut-out.jpg"]
    assert {Image.open(BytesIO(each)).format for each in found.values()} == {"JPEG"}
    wait_for_tally(visit, "3 of 3 done.")
    assert visit.page.is_enabled("#zip")
