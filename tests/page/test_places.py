"""Check where the page may be served, and its size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Request

from tests.local_server import LocalServer
from tests.page.browser import Visit, visiting
from tests.page.conftest import Open
from tests.page.test_large import LARGE, big_one
from tests.samples import PHOTOS

ASTRONAUT = PHOTOS / "astronaut.jpg"
WEIGHT = 150_000


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server behind something that takes `/prod` away, as a gateway's stage does."""
    folder = tmp_path_factory.mktemp("staged")
    with LocalServer("tests.page.staged_server", CUTOUT_STORAGE_DIR=str(folder)) as running:
        yield running


def check(visit: Visit, folder: Path, prefix: str) -> None:
    """Small and large files, and the link to the reference, under a prefix."""
    visit.choose(ASTRONAUT)
    visit.choose(big_one(folder, LARGE + 1))
    own = "/".join(visit.url.split("/")[:3]) + prefix
    assert own + "/v1/results" in visit.command()
    paths = {url.partition("?")[0] for url in visit.posts("/v1/results")}
    assert paths == {own + "/v1/results"}


def test_under_the_original_s_prefix(open_page: Open, tmp_path: Path) -> None:
    with open_page("/img-bg-removal") as visit:
        assert visit.page.url.endswith("/img-bg-removal/")
        check(visit, tmp_path, "/img-bg-removal")
        docs = visit.page.evaluate("document.querySelector('nav a').href")
        assert docs.endswith("/docs")
        assert "/img-bg-removal/" not in docs


@pytest.mark.parametrize("below", ["", "/img-bg-removal"])
def test_behind_a_stage(browser: Browser, staged: LocalServer, tmp_path: Path, below: str) -> None:
    with visiting(browser, f"{staged.url}/prod{below}/") as visit:
        check(visit, tmp_path, f"/prod{below}")
        docs = visit.page.evaluate("document.querySelector('nav a').href")
        assert docs == f"{staged.url}/prod/docs"


def test_it_is_light(browser: Browser, server: LocalServer) -> None:
    sizes: dict[str, int] = {}
    tab = browser.new_page()
    tab.on("requestfinished", lambda request: sizes.update({request.url: weight_of(request)}))
    tab.goto(server.url + "/", wait_until="networkidle")
    tab.close()
    assert len(sizes) == 4, "each request may start another copy of a function"
    assert sum(sizes.values()) < WEIGHT, sizes


def weight_of(request: Request) -> int:
    found = request.sizes()
    return found["responseBodySize"] + found["responseHeadersSize"]


def test_a_second_visit_loads_nothing_again(visit: Visit) -> None:
    visit.page.goto(visit.url, wait_until="networkidle")
    fetched = visit.page.evaluate(
        "performance.getEntriesByType('resource').map((each) => each.transferSize)"
    )
    assert fetched == [0] * len(fetched)
    assert len(fetched) == 3


def test_with_the_network_itself(browser: Browser, tmp_path: Path) -> None:
    environment = {"CUTOUT_STORAGE_DIR": str(tmp_path)}
    with (
        LocalServer("cutout", "serve", **environment) as server,
        visiting(browser, server.url + "/") as visit,
    ):
        visit.choose(ASTRONAUT)
        visit.set_split(0)
        visit.press("backdrop", "black")
        assert visit.pixel(0.1, 0.1) == (0, 0, 0, 255), "the flag is still there"
        red, green, _, _ = visit.pixel(0.3, 0.75)
        assert red > 150 > green, "her suit is gone"
