"""Check photos that are named by a web address."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Route

from tests.fetch.servers import Server, answer, serving
from tests.local_server import LocalServer
from tests.page.browser import PHONE, Visit, visiting
from tests.page.test_accessibility import ON_A_PHONE, findings
from tests.page.test_many import wait_for_tally
from tests.page.test_saving import saved
from tests.samples import PHOTOS, gradient, jpeg
from tests.shown import shown

PHOTO = jpeg(gradient(200, 160))
OPEN = "https://pictures.example/"
HIDDEN = "the original isn’t shown, because this page can’t read it at its address"  # noqa: RUF001
OF_EVERYBODY = {"Access-Control-Allow-Origin": "*"}


@pytest.fixture(scope="module")
def server(private: LocalServer) -> LocalServer:
    return private


@pytest.fixture
def pictures() -> Iterator[Server]:
    """A server of pictures without CORS, over http."""
    with serving(answer(PHOTO)) as running:
        yield running


def enter(visit: Visit, address: str) -> None:
    visit.page.fill("#address", address)
    visit.page.click("#address-form button")


def paste(visit: Visit, text: str) -> None:
    visit.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    visit.page.keyboard.press("Control+v")


def serve_from_elsewhere(visit: Visit, body: bytes, headers: dict[str, str]) -> None:
    def fulfill(route: Route) -> None:
        assert "cookie" not in route.request.headers
        assert "referer" not in route.request.headers
        route.fulfill(body=body, headers=headers)

    visit.page.route(f"{OPEN}**", fulfill)


def test_what_a_page_may_read_is_sent_as_a_file(browser: Browser, server: LocalServer) -> None:
    with visiting(browser, server.url + "/", also=OPEN) as visit:
        serve_from_elsewhere(visit, PHOTO, OF_EVERYBODY)
        enter(visit, f"{OPEN}a/sch%C3%B6n.jpg?size=2")
        visit.wait("done")
        assert visit.page.inner_text("#name") == "schön.jpg"
        assert visit.page.get_attribute("#stage", "data-compared") == "true"
        assert visit.page.is_visible("#mend")
        assert "original" not in visit.facts()
        assert "image=@" in visit.command()


def test_an_address_names_no_folder(browser: Browser, server: LocalServer) -> None:
    with visiting(browser, server.url + "/", also=OPEN) as visit:
        serve_from_elsewhere(visit, PHOTO, OF_EVERYBODY)
        enter(visit, f"{OPEN}a%2F..%2F..%5Cb%0A.jpg")
        visit.wait("done")
        assert visit.page.inner_text("#name") == "a_.._.._b_.jpg"


def test_what_a_page_may_not_read_is_fetched_by_the_server(
    browser: Browser, server: LocalServer, pictures: Server
) -> None:
    address = pictures.url("/vase.jpg?a=b&c=d")
    with visiting(browser, server.url + "/") as visit:
        enter(visit, address)
        visit.wait("done")
        assert visit.page.inner_text("#name") == "vase.jpg"
        assert HIDDEN in visit.page.inner_text("#facts")
        assert visit.page.get_attribute("#stage", "data-compared") == "false"
        assert visit.page.is_disabled("#split")
        assert visit.page.is_hidden("#mend")
        red, green, *_ = visit.pixel(0.5, 0.5)
        assert (abs(red - 127) < 8, abs(green - 127) < 8) == (True, True), (
            "the cut-out fills the frame"
        )
        assert f"--form-string 'url={address}'" in visit.command()
        reply = requests.post(
            f"{server.url}/v1/results",
            data={"url": address},
            headers={"Accept": "image/*"},
            timeout=60,
        )
        name, content = saved(visit.page, "#save")
        assert name == "vase-cut-out.png"
        assert shown(content) == shown(reply.content)

        visit.page.reload()
        visit.wait("done")
        assert HIDDEN in visit.page.inner_text("#facts")
        visit.press("mode", "fg-mask")
        visit.wait_for_command("mode=fg-mask")
        assert len(pictures.requests) == 3


def test_a_failure_says_why(browser: Browser, server: LocalServer) -> None:
    """The browser is refused, which it logs twice, and so is the server."""
    address = "https://127.0.0.1:1/a.jpg"
    with visiting(browser, server.url + "/", complaints=2, also="https://127.0.0.1:1/") as visit:
        others = {"Access-Control-Allow-Origin": "https://shop.example"}
        visit.page.route(address, lambda route: route.fulfill(body=PHOTO, headers=others))
        enter(visit, address)
        text = "This photo can't be processed Can not download image from the URL."
        assert visit.failure() == text
        assert visit.page.inner_text("#name") == "a.jpg"
        assert visit.page.is_visible("#retry")


def test_a_file_that_is_no_picture_is_named(browser: Browser, server: LocalServer) -> None:
    with visiting(browser, server.url + "/", also=OPEN) as visit:
        serve_from_elsewhere(visit, b"<html>", OF_EVERYBODY)
        enter(visit, OPEN)
        expected = "1 file left out pictures.example: not an image this browser can open."
        assert visit.notice().startswith(expected)
        assert visit.state() == "empty"


def test_addresses_are_pasted(browser: Browser, server: LocalServer, pictures: Server) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    with visiting(browser, server.url + "/", permissions=allowed) as visit:
        paste(visit, f" {pictures.url('/1.jpg')}\n{pictures.url('/2.jpg')}\n")
        wait_for_tally(visit, "2 of 2 done.")
        paste(visit, pictures.url("/3.jpg"))
        wait_for_tally(visit, "3 of 3 done.")
        paste(visit, f"See {pictures.url('/4.jpg')}")
        assert "contain an image or a web address" in visit.notice()
        assert len(pictures.requests) == 3


def drag(visit: Visit, **data: str) -> None:
    """Drag from elsewhere over the page and drop it: `html`, `links`, `text` or a `file`."""
    types = {"html": "text/html", "links": "text/uri-list", "text": "text/plain"}
    items = [{"mimeType": types[name], "data": data[name]} for name in data if name in types]
    files = [data["file"]] if "file" in data else []
    dragged = {"items": items, "files": files, "dragOperationsMask": 1}
    system = visit.system()
    for step in ("dragEnter", "dragOver", "drop"):
        event = {"type": step, "x": 300, "y": 300, "data": dragged}
        system.send("Input.dispatchDragEvent", event)
        assert visit.page.is_visible("#dropping") == (step != "drop"), step


def test_addresses_are_dropped(browser: Browser, server: LocalServer, pictures: Server) -> None:
    with visiting(browser, server.url + "/") as visit:
        one, other = pictures.url("/1.jpg"), pictures.url("/2.jpg")
        drag(visit, links=f"# two pictures\r\n{one}\r\n{other}\r\n", text=f"{one}\n{other}")
        wait_for_tally(visit, "2 of 2 done.")
        drag(visit, text=pictures.url("/3.jpg"))
        wait_for_tally(visit, "3 of 3 done.")
        assert visit.page.inner_text("#name") == "3.jpg"
        drag(visit, text="Good morning")
        assert "There is no photo in what you dropped" in visit.notice()
        assert len(pictures.requests) == 3


def test_a_picture_that_is_a_link_is_dropped(
    browser: Browser, server: LocalServer, pictures: Server
) -> None:
    """A browser names what is linked, and the picture in the HTML alone."""
    page, picture = pictures.url("/shop"), pictures.url("/vase.jpg")
    with visiting(browser, server.url + "/") as visit:
        drag(visit, links=page, text=page, html=f'<a href="{page}"><img src="{picture}"></a>')
        visit.wait("done")
        assert visit.page.inner_text("#name") == "vase.jpg"
        drag(visit, links=page, html=f'<a href="{page}"><img src="data:image/png;base64,AA=="></a>')
        wait_for_tally(visit, "2 of 2 done.")
        assert visit.page.inner_text("#name") == "shop"


def test_a_file_wins_over_its_address(browser: Browser, server: LocalServer) -> None:
    astronaut = str(PHOTOS / "astronaut.jpg")
    with visiting(browser, server.url + "/") as visit:
        drag(visit, file=astronaut, links="http://127.0.0.1:1/other.jpg")
        visit.wait("done")
        assert visit.page.inner_text("#name") == "astronaut.jpg"
        assert visit.page.locator("[role=option]").count() == 1, "the address is a photo as well"


def test_what_is_dragged_from_the_page_is_not_dropped_on_it(
    browser: Browser, server: LocalServer
) -> None:
    with visiting(browser, server.url + "/") as visit:
        visit.choose(PHOTOS / "astronaut.jpg")
        visit.page.hover("#save")
        visit.page.mouse.down()
        for at in (300, 320, 340):
            visit.page.mouse.move(at, 300)
        assert visit.page.is_hidden("#dropping")
        visit.page.mouse.up()
        visit.settle()
        assert visit.page.is_hidden("#notice")
        visit.page.mouse.move(600, 300)
        drag(visit, file=str(PHOTOS / "coffee.jpg"))
        wait_for_tally(visit, "2 of 2 done.")


@pytest.mark.parametrize("text", ["", "a.jpg", "ftp://a/b.jpg", "http://", "javascript:alert(1)"])
def test_what_is_no_address(browser: Browser, server: LocalServer, text: str) -> None:
    with visiting(browser, server.url + "/") as visit:
        enter(visit, text)
        assert "This isn't a web address" in visit.notice()
        assert visit.state() == "empty"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, server: LocalServer, pictures: Server, scheme: str
) -> None:
    device: dict[str, Any] = {**ON_A_PHONE, "color_scheme": scheme}
    with visiting(browser, server.url + "/", **device) as visit:
        enter(visit, pictures.url("/a-name-without-an-end" * 5 + ".jpg"))
        visit.wait("done")
        assert findings(visit.page) == []
        width = visit.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]
