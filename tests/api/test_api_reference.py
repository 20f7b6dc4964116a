"""The API page: `/docs` comes from this server alone, and `/redoc` leads to it."""

import re
from copy import deepcopy

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.api.gateway import build_handler
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.events.answers import Answer, event, event_loop

KEYED = Settings(api_keys=SecretStr("a-key-of-this-service"), refusal_seconds=0)
SETTINGS = [Settings(), KEYED, Settings(page=False)]


def app_of(settings: Settings) -> TestClient:
    return TestClient(build_app(Pipeline(settings, middle_is_object)))


@pytest.mark.parametrize("settings", SETTINGS, ids=["open", "with keys", "without the page"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_redoc_is_the_same_page_as_docs(settings: Settings, method: str) -> None:
    client = app_of(settings)
    found = client.request(method, "/redoc")
    assert [each.status_code for each in found.history] == [307]
    assert found.url.path == "/docs"
    docs = client.request(method, "/docs")
    assert docs.status_code == 200
    assert (found.status_code, found.text) == (docs.status_code, docs.text)
    assert found.headers == docs.headers


def test_redoc_loads_no_script_of_its_own(client: TestClient) -> None:
    reply = client.get("/redoc", follow_redirects=False)
    assert reply.content == b""
    assert reply.headers["location"] == "docs"


def test_the_original_s_prefix_has_neither(client: TestClient) -> None:
    for page in ("docs", "redoc"):
        assert client.get(f"/img-bg-removal/{page}").status_code == 404


def test_behind_a_stage_redoc_leads_to_the_stage_s_docs() -> None:
    client = TestClient(build_app(Pipeline(Settings(), middle_is_object)), root_path="/prod")
    found = client.get("/prod/redoc")
    assert found.status_code == 200
    assert found.url.path == "/prod/docs"
    assert client.get("/prod/openapi.json").json()["servers"] == [{"url": "/prod"}]


def test_the_description_names_its_server(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert described["servers"] == [{"url": "/"}], "generators have no base address without it"


def test_behind_an_api_gateway_the_address_is_relative() -> None:
    app = build_app(Pipeline(Settings(), middle_is_object))
    given = deepcopy(event("version.json"))
    given["rawPath"] = given["requestContext"]["http"]["path"] = "/redoc"
    with event_loop():
        answer = Answer(build_handler(app)(given, None))
    assert answer.status == 307
    assert answer.headers["location"] == "docs"


def test_the_page_has_the_demo_page_s_policy_and_reads_no_other_server(client: TestClient) -> None:
    for path in ("/docs", "/docs/reference.js", "/docs/reference.css"):
        headers, demo = client.get(path).headers, client.get("/").headers
        for name in ("x-content-type-options", "referrer-policy"):
            assert headers[name] == demo[name], path
        policy = demo["content-security-policy"].replace(" https:;", ";")
        assert headers["content-security-policy"] == policy, path


def test_everything_that_the_page_names_is_here(client: TestClient) -> None:
    text = client.get("/docs").text
    assert "//" not in text.replace("<!doctype html>", "")
    for address in re.findall(r'(?:src|href)="([^"#]+)"', text):
        if not address.startswith("data:"):
            assert client.get(f"/{address}").status_code == 200, address


@pytest.mark.parametrize("name", ["nothing.js", "index.html", "main.js", "..%2fdocs", ""])
def test_no_other_file_is_there(client: TestClient, name: str) -> None:
    assert client.get(f"/docs/{name}", follow_redirects=False).status_code in {404, 307}
    assert client.get(f"/docs/{name or 'x'}").status_code == 404


def test_what_a_browser_has_is_not_sent_again(client: TestClient) -> None:
    for path in ("/docs", "/docs/reference.js"):
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("page", [True, False])
def test_a_setting_closes_it(page: bool) -> None:
    client = app_of(Settings(api_page=False, page=page))
    for path in ("/docs", "/docs/reference.js", "/redoc", "/openapi.json"):
        assert client.get(path).status_code == 404, path
    root = client.get("/", follow_redirects=False)
    assert root.status_code == (200 if page else 404)
    assert ('aria-label="Documentation" hidden' in root.text) == page
    assert client.get("/v1/version").status_code == 200


def test_without_the_setting_the_demo_page_links_to_it(client: TestClient) -> None:
    assert 'aria-label="Documentation" >' in client.get("/").text
