"""The API page in a browser: it draws itself from openapi.json, and asks nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser

from tests.local_server import LocalServer
from tests.page.browser import DESKTOP, PHONE, Visit, visiting
from tests.page.conftest import Open
from tests.page.test_accessibility import ON_A_PHONE, findings


@pytest.fixture
def reference(browser: Browser, server: LocalServer) -> Iterator[Visit]:
    """The API page, drawn; it may complain of nothing and load nothing from elsewhere."""
    with visiting(browser, server.url + "/docs") as found:
        drawn(found)
        yield found


def drawn(visit: Visit) -> None:
    visit.page.wait_for_selector('main[aria-busy="false"]')


def test_it_tells_every_route_parameter_field_and_answer(
    reference: Visit, server: LocalServer
) -> None:
    text = reference.page.inner_text("main")
    schema = requests.get(server.url + "/openapi.json", timeout=10).json()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            section = reference.page.locator(
                f'section[aria-labelledby="{operation["operationId"]}"]'
            )
            own = section.inner_text()
            assert f"{method.upper()} {path}" in own
            for parameter in operation.get("parameters", []):
                assert parameter["name"] in own
            for status in operation["responses"]:
                assert section.locator("summary", has_text=status).count() == 1
    form = schema["paths"]["/v1/results"]["post"]["requestBody"]["content"]["multipart/form-data"]
    for name in form["schema"]["properties"]:
        assert name in text
    assert "undefined" not in text
    assert "[object" not in text


def test_an_answer_unfolds_to_its_fields_and_examples(reference: Visit) -> None:
    answers = reference.page.locator("section", has_text="/v1/results").locator("details")
    refused = answers.filter(has_text="401").first
    refused.locator("summary").click()
    assert "A valid API key is needed" in refused.inner_text()
    fine = answers.filter(has_text="200").first
    fine.locator("summary").click()
    assert "results" in fine.inner_text()


def test_it_needs_only_its_own_server(reference: Visit, server: LocalServer) -> None:
    """`visiting` fails on any other origin; these are all requests."""
    own = ("docs", "docs/reference.css", "docs/reference.js", "openapi.json")
    asked = {each for each in reference.requests if not each.startswith("data:")}
    assert asked == {f"{server.url}/{each}" for each in own}


def test_it_says_so_if_the_description_is_missing(open_page: Open) -> None:
    with open_page("/", complaints=1) as visit:
        visit.page.route("**/openapi.json", lambda route: route.fulfill(status=503, body=""))
        visit.page.goto(visit.url + "docs")
        visit.page.wait_for_selector('#state:has-text("status 503")')


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(open_page: Open, scheme: str, device: dict[str, Any]) -> None:
    with open_page("/docs", color_scheme=scheme, **device) as visit:
        drawn(visit)
        assert findings(visit.page) == [], "folded"
        visit.page.evaluate("document.querySelectorAll('details').forEach((e) => e.open = true)")
        assert findings(visit.page) == [], "unfolded"


def test_a_phone_needs_no_scrolling_to_the_side(open_page: Open) -> None:
    with open_page("/docs", **ON_A_PHONE) as visit:
        drawn(visit)
        visit.page.evaluate("document.querySelectorAll('details').forEach((e) => e.open = true)")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
