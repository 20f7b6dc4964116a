"""FastAPI's second API page: `/redoc` leads to `/docs` and holds nothing of its own."""

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
    assert "/prod/openapi.json" in found.text


def test_behind_an_api_gateway_the_address_is_relative() -> None:
    app = build_app(Pipeline(Settings(), middle_is_object))
    given = deepcopy(event("version.json"))
    given["rawPath"] = given["requestContext"]["http"]["path"] = "/redoc"
    with event_loop():
        answer = Answer(build_handler(app)(given, None))
    assert answer.status == 307
    assert answer.headers["location"] == "docs"
