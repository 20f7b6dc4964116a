"""API keys, by the service's own door."""

import asyncio
import logging
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from cutout.access.keys import open_keys
from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.samples import jpeg

KEY, OLD_KEY = "a-key-of-this-service", "an-old-key-of-this-service"
GUARDED = Settings(api_keys=SecretStr(f"{KEY}\n{OLD_KEY}"), refusal_seconds=0)
RESULTS, UPLOADS, MODES = "/v1/results", "/v1/uploads", "/v1/modes"


@pytest.fixture
def guarded() -> TestClient:
    return TestClient(build_app(Pipeline(GUARDED, middle_is_object)))


def post(client: TestClient, **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(RESULTS, files={"image": jpeg()}, headers=sent)


def test_locally_no_key_is_asked(client: TestClient) -> None:
    assert Settings().api_keys.get_secret_value() == ""
    assert post(client).status_code == 200


@pytest.mark.parametrize("header", ["X_API_KEY", "X_RapidAPI_Key", "X_RapidAPI_Proxy_Secret"])
@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_a_key_opens(guarded: TestClient, header: str, key: str) -> None:
    assert post(guarded, **{header: key}).status_code == 200


@pytest.mark.parametrize("given", ["", " ", KEY[:-1], KEY + "x", f"{KEY} {OLD_KEY}", KEY.upper()])
def test_what_is_no_key_does_not(guarded: TestClient, given: str) -> None:
    reply = post(guarded, X_API_KEY=given)
    assert reply.status_code == 401
    assert reply.json() == {"message": "A valid API key is needed, in the header X-API-KEY."}
    assert reply.headers["www-authenticate"]


def test_a_key_of_the_marketplace_beside_ours(guarded: TestClient) -> None:
    """Clients send the marketplace's own key, and the marketplace adds what we agreed with it."""
    reply = post(guarded, X_RapidAPI_Key="theirs", X_RapidAPI_Proxy_Secret=KEY)
    assert reply.status_code == 200


@pytest.mark.parametrize("prefix", ["", "/img-bg-removal"])
@pytest.mark.parametrize(("method", "path"), [("POST", RESULTS), ("POST", UPLOADS), ("GET", MODES)])
def test_every_route_is_behind_it(guarded: TestClient, prefix: str, method: str, path: str) -> None:
    assert guarded.request(method, prefix + path).status_code == 401


@pytest.mark.parametrize("path", ["/v1/version", "/img-bg-removal/v1/version", "/docs"])
def test_these_stay_open(guarded: TestClient, path: str) -> None:
    assert guarded.get(path).status_code == 200


def test_a_preflight_carries_no_key(guarded: TestClient) -> None:
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    assert guarded.options(RESULTS, headers=headers).status_code == 200


def test_a_page_may_read_the_refusal(guarded: TestClient) -> None:
    reply = guarded.post(RESULTS, headers={"Origin": "https://a.example"})
    assert reply.headers["access-control-allow-origin"] == "*"


def test_a_body_without_a_key_is_not_read(guarded: TestClient) -> None:
    asked, sent = [], []

    async def receive() -> dict[str, Any]:
        asked.append("body")
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    head = {"headers": [(b"content-type", b"multipart/form-data")], "query_string": b""}
    scope = {"type": "http", "method": "POST", "path": RESULTS, **head}
    app: Any = guarded.app
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 401
    assert asked == []


def test_the_api_page_has_a_place_for_the_key(guarded: TestClient) -> None:
    page = guarded.get("/openapi.json").json()
    assert page["components"]["securitySchemes"]["key"]["name"] == "X-API-KEY"
    assert page["paths"][RESULTS]["post"]["security"] == [{"key": []}]
    assert "401" in page["paths"][RESULTS]["post"]["responses"]
    assert "security" not in page["paths"]["/v1/version"]["get"]


def test_keys_are_in_no_log(guarded: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        post(guarded, X_API_KEY=KEY)
        post(guarded, X_API_KEY="a-wrong-key")
    assert KEY not in caplog.text
    assert "a-wrong-key" not in caplog.text
    assert KEY not in repr(GUARDED)


def test_sam_local_knows_no_secret() -> None:
    deployed = Settings(api_keys_secret="arn:aws:secretsmanager:a:b:secret:c")  # noqa: S106
    assert open_keys(deployed) is not None
    assert open_keys(deployed.model_copy(update={"sam_local": True})) is None
