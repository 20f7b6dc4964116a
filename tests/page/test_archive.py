"""The ZIP of all photos."""

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from tests.page.browser import Visit, file
from tests.page.test_many import GOOD, pictures_of, wait_for_tally
from tests.page.test_saving import saved
from tests.samples import jpeg

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


def test_a_background_that_is_replaced_while_packing_has_no_effect(visit: Visit) -> None:
    visit.choose(GOOD[:3])
    wait_for_tally(visit, "3 of 3 done.")
    visit.press("format", "jpg")
    choose_scene(visit, "red")
    visit.press("backdrop", "picture")
    visit.page.evaluate(HOLD_JPEGS)
    with visit.page.expect_download() as download:
        visit.page.click("#zip")
        wait_for_tally(visit, "Packing 1 of 3")
        choose_scene(visit, "blue")
        visit.page.evaluate("release()")
    found = pictures_of(Path(download.value.path()).read_bytes())
    corners = [np.asarray(Image.open(BytesIO(each)))[0, -1].tolist() for each in found.values()]
    assert [red > blue for red, _, blue in corners] == [True] * 3


def test_every_file_system_accepts_the_names(visit: Visit, tmp_path: Path) -> None:
    """Windows refuses the first name's signs, others more than 255 bytes."""
    content = jpeg(Image.new("RGB", (64, 48), "red"))
    names = ['12:30 "new"? a\\b.jpg', "靴" * 120 + ".jpg", "靴" * 119 + ".jpg"]
    visit.choose([file(name, content) for name in names])
    wait_for_tally(visit, "3 of 3 done.")
    found = pictures_of(saved(visit.page, "#zip")[1])
    shoe = "靴" * 78
    assert list(found) == [
        "12_30 _new__ a_b-cut-out.png",
        f"{shoe}-cut-out.png",
        f"{shoe}-cut-out (2).png",
    ]
    for name, each in found.items():
        (tmp_path / name).write_bytes(each)


def choose_scene(visit: Visit, colour: str) -> None:
    picture = file(f"{colour}.jpg", jpeg(Image.new("RGB", (80, 60), colour)))
    visit.page.set_input_files("#scene", picture)
    visit.page.wait_for_selector(f"#scene-name:has-text('{colour}.jpg')", state="attached")


def test_names_of_which_a_mac_makes_one(visit: Visit) -> None:
    """Macs write an accent as a character of its own, and other systems mostly don't."""
    names = ["caf\u00e9.jpg", "cafe\u0301.jpg"]
    visit.choose([file(name, jpeg()) for name in names])
    wait_for_tally(visit, "2 of 2 done.")
    found = list(pictures_of(saved(visit.page, "#zip")[1]))
    assert found == ["caf\u00e9-cut-out.png", "cafe\u0301-cut-out (2).png"]
