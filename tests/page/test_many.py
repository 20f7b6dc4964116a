"""Many photos at once: the queue, the strip, the ZIP, and what survives a reload."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from time import monotonic
from zipfile import ZipFile

import numpy as np
import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser, FilePayload

from tests.e2e.segmenter import BLANK_SIZE
from tests.local_server import LocalServer
from tests.page.browser import Visit, file, visiting
from tests.page.conftest import ServerWith
from tests.page.test_accessibility import FOCUS_RING, focused
from tests.page.test_saving import saved
from tests.samples import gradient, jpeg, png
from tests.shown import shown

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
NAMES = ["a.jpg", "A.png", "schöne Vase; 1.jpg", *(f"{number}.jpg" for number in range(6))]
GOOD = [
    file(name, png(gradient(60 + at, 40)) if name.endswith("png") else jpeg(gradient(60 + at, 40)))
    for at, name in enumerate(NAMES)
]
BROKEN = file("broken.jpg", jpeg()[:300])
BLANK = file("blank.jpg", jpeg(gradient(*BLANK_SIZE)))
TWELVE = [*GOOD[:4], BROKEN, file("IMG_1.HEIC", HEIC), BLANK, *GOOD[4:]]

COUNT_BITMAPS = """() => {
window.bitmaps = { open: 0, most: 0 };
const make = createImageBitmap;
window.createImageBitmap = async (...all) => {
  const bitmap = await make(...all);
  bitmaps.most = Math.max(bitmaps.most, ++bitmaps.open);
  const close = bitmap.close.bind(bitmap);
  bitmap.close = () => { bitmaps.open--; close(); };
  return bitmap;
};
}"""
COUNT_REQUESTS = """() => {
window.requests = { open: 0, most: 0 };
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  requests.most = Math.max(requests.most, ++requests.open);
  this.addEventListener("loadend", () => {
    requests.open--;
    if (this.status === 503) requests.most = 0; // counted from then on
  });
  send.call(this, body);
};
}"""
COUNT_KEPT = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const tables = [...database.objectStoreNames];
  const counts = tables.map((name) => new Promise((done) => {
    const request = database.transaction(name).objectStore(name).count();
    request.onsuccess = () => done(request.result);
  }));
  return (await Promise.all(counts)).reduce((sum, each) => sum + each, 0);
}"""


def wait_for_tally(visit: Visit, text: str) -> None:
    visit.page.wait_for_selector(f"#tally-text:text-is('{text}')", timeout=60_000)


def select(visit: Visit, name: str) -> None:
    visit.page.click(f'[role=option][aria-label^="{name}:"]')


def pictures_of(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def made_by_api(server: LocalServer, photo: FilePayload) -> bytes:
    address = server.url + "/v1/results"
    reply = requests.post(address, files={"image": photo["buffer"]}, timeout=60)
    return b64decode(reply.json()["results"][0]["entities"][0]["image"])


def test_twelve_photos_of_which_three_are_of_no_use(visit: Visit, server: LocalServer) -> None:
    visit.page.evaluate(COUNT_BITMAPS)
    visit.choose(TWELVE)
    assert visit.notice() == (
        "1 file left out IMG_1.HEIC: HEIC, which this browser can't open. Save it as JPEG first."
    )
    wait_for_tally(visit, "9 of 11 done, 1 without a subject, 1 failed.")
    assert visit.page.evaluate("bitmaps.most") <= 5, "bitmaps of photos that nobody looks at"
    name, content = saved(visit.page, "#zip")
    assert name == "cutouts.zip"
    found = pictures_of(content)
    assert list(found) == [
        *("a-cut-out.png", "A-cut-out (2).png", "schöne Vase; 1-cut-out.png"),
        *(f"{number}-cut-out.png" for number in range(6)),
    ]
    for photo, picture in zip(GOOD, found.values(), strict=True):
        assert shown(picture) == shown(made_by_api(server, photo)), photo["name"]

    select(visit, "blank.jpg")
    visit.wait("blank")
    assert "No subject found" in visit.page.inner_text("#blank")
    assert visit.page.is_hidden("#save")
    select(visit, "broken.jpg")
    assert visit.failure() == "This photo can't be processed Can not load image."


def test_a_reload_changes_nothing(visit: Visit) -> None:
    visit.choose([*GOOD[:2], BROKEN])
    wait_for_tally(visit, "2 of 3 done, 1 failed.")
    visit.press("backdrop", "black")
    before = saved(visit.page, "#save")
    posts = len(visit.posts("/v1/results"))
    visit.page.reload()
    visit.wait("done")
    wait_for_tally(visit, "2 of 3 done, 1 failed.")
    assert visit.page.is_checked('[name="backdrop"][value="black"]')
    assert shown(saved(visit.page, "#save")[1]) == shown(before[1])
    assert len(visit.posts("/v1/results")) == posts, "what was done is done again"


@pytest.mark.parametrize(
    ("environment", "at_once"),
    [({}, 2), ({"CUTOUT_CONCURRENCY": "3"}, 4), ({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2560"}, 8)],
    ids=["a laptop", "three at once", "Lambda"],
)
def test_as_many_at_once_as_the_server_says(
    browser: Browser, server_with: ServerWith, environment: dict[str, str], at_once: int
) -> None:
    with visiting(browser, server_with(**environment).url + "/") as visit:
        with visit.waiting_for_results():
            visit.choose(GOOD, "busy")
            busy = '[role=option][data-status="busy"]'
            visit.page.wait_for_selector(f"{busy} >> nth={at_once - 1}")
            visit.page.wait_for_timeout(500)  # until one too many would be sent
            assert visit.page.locator(busy).count() == at_once
            assert len(visit.posts("/v1/results")) == at_once
        wait_for_tally(visit, f"{len(GOOD)} of {len(GOOD)} done.")


def test_fewer_at_once_after_the_server_was_busy(browser: Browser, server_with: ServerWith) -> None:
    """A gateway in front of it may take fewer than it says.

    How many photos were sent when the first busy answer came depends on the machine's speed.
    """
    server = server_with(CUTOUT_CONCURRENCY="3")
    with visiting(browser, server.url + "/", complaints=2) as visit:
        visit.page.route(
            "**/v1/results*",
            lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}),
            times=2,
        )
        visit.page.evaluate(COUNT_REQUESTS)
        visit.choose(GOOD)
        wait_for_tally(visit, f"{len(GOOD)} of {len(GOOD)} done.")
        assert visit.page.evaluate("requests.most") in (1, 2)


def test_an_unfinished_queue_goes_on_after_a_reload(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD[:3], "busy")
        visit.page.wait_for_selector('[role=option][data-status="waiting"]')
        visit.page.wait_for_timeout(500)  # until they are kept
    visit.page.reload()
    wait_for_tally(visit, "3 of 3 done.")


def test_remove_all_leaves_nothing_on_the_device(visit: Visit) -> None:
    visit.choose(GOOD[:3])
    wait_for_tally(visit, "3 of 3 done.")
    assert visit.page.evaluate(COUNT_KEPT) >= 9
    visit.page.on("dialog", lambda dialog: dialog.accept())
    visit.page.click("#clear")
    visit.wait("empty")
    end = monotonic() + 5
    while visit.page.evaluate(COUNT_KEPT) and monotonic() < end:
        visit.page.wait_for_timeout(50)
    assert visit.page.evaluate(COUNT_KEPT) == 0
    visit.page.reload()
    visit.page.wait_for_timeout(300)
    assert visit.state() == "empty"


def test_one_is_cancelled_and_the_others_go_on(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD[:3], "busy")
        visit.page.wait_for_selector('[data-status="busy"]')
        visit.page.click("#cancel")
    assert visit.failure() == "Cancelled Your photo is still here."
    wait_for_tally(visit, "2 of 3 done, 1 failed.")
    visit.page.click("#retry-all")
    wait_for_tally(visit, "3 of 3 done.")
    visit.wait("done")


def test_all_is_stopped_and_goes_on(visit: Visit) -> None:
    with visit.waiting_for_results():
        visit.choose(GOOD[:3], "busy")
        visit.page.click("#stop")
        wait_for_tally(visit, "0 of 3 done. Stopped.")
    assert not visit.page.query_selector('[data-status="busy"]')
    visit.page.click("#stop")
    wait_for_tally(visit, "3 of 3 done.")


def test_one_photo_has_its_own_choices(visit: Visit) -> None:
    visit.choose(GOOD[:3])
    wait_for_tally(visit, "3 of 3 done.")
    visit.press("backdrop", "black")
    select(visit, "A.png")
    visit.press("scope", "one")
    visit.press("backdrop", "white")
    visit.press("format", "jpg")
    found = pictures_of(saved(visit.page, "#zip")[1])
    assert list(found)[1] == "A-cut-out.jpg"
    pictures = [Image.open(BytesIO(each)) for each in found.values()]
    assert [each.format for each in pictures] == ["PNG", "JPEG", "PNG"]
    lights = [np.asarray(each.convert("L"))[0, 0] for each in pictures]
    assert [light > 128 for light in lights] == [False, True, False], lights
    select(visit, "a.jpg")
    assert visit.page.is_checked('[name="scope"][value="all"]')
    assert visit.page.is_checked('[name="backdrop"][value="black"]')
    select(visit, "A.png")
    visit.press("scope", "all")
    assert visit.page.is_checked('[name="backdrop"][value="black"]')


def test_a_folder_is_picked(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("1.jpg", "below/2.jpg", ".DS_Store", "notes.txt"):
        content = jpeg() if name.endswith("jpg") else b"words"
        (tmp_path / name).write_bytes(content)
    visit.page.set_input_files("#folder", tmp_path)
    wait_for_tally(visit, "2 of 2 done.")
    assert visit.notice().startswith("1 file left out notes.txt: not an image"), visit.notice()


def test_a_folder_is_dropped(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("1.jpg", "below/2.jpg"):
        (tmp_path / name).write_bytes(jpeg())
    system = visit.system()
    data = {"items": [], "files": [str(tmp_path)], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        system.send("Input.dispatchDragEvent", {"type": step, "x": 300, "y": 300, "data": data})
    wait_for_tally(visit, "2 of 2 done.")


def test_the_strip_by_keyboard(visit: Visit) -> None:
    page = visit.page
    visit.choose(GOOD[:3])
    wait_for_tally(visit, "3 of 3 done.")
    page.evaluate(FOCUS_RING)
    for _ in range(30):
        page.keyboard.press("Tab")
        if focused(page) == "strip":
            break
    assert page.evaluate("focusRing()")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
        seen.append(page.inner_text("#name"))
        marked = page.get_attribute("#strip", "aria-activedescendant")
        assert page.get_attribute(f"#{marked}", "aria-selected") == "true"
    assert seen == [NAMES[at] for at in (1, 2, 2, 0, 2, 1)]
    page.keyboard.down("Delete")
    page.keyboard.down("Delete")  # the key is held
    page.keyboard.up("Delete")
    wait_for_tally(visit, "2 of 2 done.")
    assert page.inner_text("#name") == NAMES[2]
