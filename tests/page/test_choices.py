"""The choices that an older page has kept on the device."""

from io import BytesIO

from PIL import Image

from tests.page.browser import Visit, file
from tests.page.test_many import select, wait_for_tally
from tests.page.test_saving import saved
from tests.samples import gradient, jpeg

PAIR = [file(name, jpeg(gradient(120, 40))) for name in ("a.jpg", "b.jpg")]

OLDER = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const table = database.transaction("photos", "readwrite").objectStore("photos");
  const photos = await new Promise((done) => {
    table.getAll().onsuccess = (event) => done(event.target.result);
  });
  for (const photo of photos.filter(({ own }) => own)) {
    const { mode, backdrop, colour, crop, format } = photo.own;
    table.put({ ...photo, own: { mode, backdrop, colour, crop, format } }, [photo.id]);
  }
  await new Promise((done) => { table.transaction.oncomplete = done; });
  database.close();
}"""


def test_choices_of_an_older_page_are_understood(visit: Visit) -> None:
    visit.choose(PAIR)
    wait_for_tally(visit, "2 of 2 done.")
    visit.page.check('[name="scope"][value="one"]', force=True)
    visit.press("backdrop", "black")
    visit.page.evaluate(OLDER)
    visit.page.reload()
    wait_for_tally(visit, "2 of 2 done.")
    select(visit, "a.jpg")
    assert visit.page.input_value("#canvas") == "none"
    assert visit.page.input_value("#strength") == "73"
    assert visit.page.is_checked('[name="backdrop"][value="black"]')
    assert Image.open(BytesIO(saved(visit.page, "#save")[1])).size == (120, 40)


UNKNOWN = """async () => {
  const database = await new Promise((done) => {
    indexedDB.open("cutout").onsuccess = (event) => done(event.target.result);
  });
  const transaction = database.transaction(["photos", "settings"], "readwrite");
  const others = { format: "webp", tilt: 3, canvas: "etsy", strength: 300, colour: "sky" };
  transaction.objectStore("settings").put({ backdrop: "black", ...others }, "choices");
  const table = transaction.objectStore("photos");
  table.openCursor().onsuccess = ({ target: { result: cursor } }) => {
    cursor.update({ ...cursor.value, own: { crop: "5%", ...others, mode: 3 } });
  };
  await new Promise((done) => { transaction.oncomplete = done; });
  database.close();
}"""


def test_choices_of_a_newer_page_are_left_out(visit: Visit) -> None:
    visit.choose(PAIR)
    wait_for_tally(visit, "2 of 2 done.")
    visit.page.evaluate(UNKNOWN)
    visit.page.reload()
    visit.wait("done")
    assert visit.page.input_value("#crop") == "5%"
    select(visit, "b.jpg")
    assert visit.page.is_checked('[name="backdrop"][value="black"]')
    assert visit.page.is_checked('[name="format"][value="png"]')
    assert visit.page.input_value("#canvas") == "none"
    assert visit.page.input_value("#strength") == "73"
    assert visit.page.input_value("#colour") == "#2f9e77"
