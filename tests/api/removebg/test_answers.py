"""Headers, `GET /v1.0/account`, keys, CORS, and the setting that turns the routes off."""

import asyncio
import time
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import (
    ACCOUNT,
    FILES,
    REMOVEBG,
    any_json,
    ask,
    error_of,
    form_of,
    numbers,
)
from tests.conftest import middle_is_object
from tests.samples import png

KEY = "the-key-of-the-tests"
TYPES = ["auto", "person", "product", "car", "animal", "graphic", "transportation", "other"]
NOISE = png(Image.fromarray(np.random.default_rng(5).integers(0, 256, (500, 700, 3), np.uint8)))
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
NAMES = ["X-Width", "X-Height", "X-Max-Width", "X-Type", "X-Credits-Charged", "X-Foreground-Top"]


@pytest.fixture
def keyed() -> TestClient:
    own = Settings(api_keys=SecretStr(KEY), refusal_seconds=0)
    return TestClient(build_app(Pipeline(own, middle_is_object)))


def test_limits_and_credits(client: TestClient) -> None:
    answer = ask(client)
    limit, left, reset = numbers(answer, *LIMITS)
    assert (limit, left) == (500, 499)
    assert 0 < reset - time.time() <= 61
    assert float(answer.headers["X-Credits-Charged"]) == 0
    assert int(answer.headers["Content-Length"]) == len(answer.content)


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_a_large_answer_is_sent_as_it_is_read(accept: str) -> None:
    """A server keeps whole what it is given at once, however slowly the client reads it."""
    app: Any = build_app(Pipeline(Settings(), middle_is_object))
    body, sent = form_of(("image_file", "a", NOISE), ("size", None, b"full")), list[bytes]()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("body", b""))

    headers = [(b"content-type", b"multipart/form-data; boundary=b"), (b"accept", accept.encode())]
    scope = {"type": "http", "method": "POST", "path": REMOVEBG, "query_string": b""}
    asyncio.run(app({**scope, "headers": headers}, receive, send))
    assert sum(map(len, sent)) > 300_000
    assert max(map(len, sent)) < 100_000


@pytest.mark.parametrize("level", ["1", "2", "latest", ""])
def test_the_type_is_other(client: TestClient, level: str) -> None:
    assert ask(client, type_level=level).headers["X-Type"] == "other"


def test_without_a_level_there_is_no_type(client: TestClient) -> None:
    assert "X-Type" not in ask(client, type_level="none").headers


@pytest.mark.parametrize("kind", TYPES)
def test_types_are_taken(client: TestClient, kind: str) -> None:
    assert ask(client, type=kind).content == ask(client).content


@pytest.mark.parametrize(("name", "value"), [("type", "dragon"), ("type_level", "3")])
def test_other_types(client: TestClient, name: str, value: str) -> None:
    answer = client.post(REMOVEBG, files=FILES, data={name: value})
    assert error_of(answer, 400)["code"] == f"invalid_{name}"


def test_the_account_has_exactly_these_keys(client: TestClient) -> None:
    attributes = any_json(client.get(ACCOUNT))["data"]["attributes"]
    assert set(attributes) == {"credits", "api"}
    assert set(attributes["credits"]) == {"total", "subscription", "payg", "enterprise"}
    assert set(attributes["api"]) == {"free_calls", "sizes"}
    assert attributes["api"]["sizes"] == "all"
    assert attributes["credits"]["total"] + attributes["api"]["free_calls"] > 10


@pytest.mark.parametrize("path", [REMOVEBG, ACCOUNT])
@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": ""}])
def test_no_key(keyed: TestClient, path: str, headers: dict[str, str]) -> None:
    method = "POST" if path == REMOVEBG else "GET"
    error = error_of(keyed.request(method, path, headers=headers), 403)
    assert error == {"code": "auth_failed", "title": "Missing API Key"}


@pytest.mark.parametrize("name", ["X-Api-Key", "Authorization"])
def test_a_wrong_key_before_wrong_parameters(keyed: TestClient, name: str) -> None:
    headers = {name: "Bearer no-key-of-anybody" if name == "Authorization" else "no-key"}
    answer = keyed.post(REMOVEBG, headers=headers, data={"size": "huge"})
    assert error_of(answer, 403) == {"code": "auth_failed", "title": "API Key invalid"}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Api-Key": KEY},
        {"x-api-key": KEY},
        {"X-API-KEY": KEY},
        {"Authorization": f"Bearer {KEY}"},
    ],
)
def test_a_key(keyed: TestClient, headers: dict[str, str]) -> None:
    assert keyed.post(REMOVEBG, files=FILES, headers=headers).status_code == 200
    assert keyed.get(ACCOUNT, headers=headers).status_code == 200


def test_our_own_routes_keep_their_401(keyed: TestClient) -> None:
    assert keyed.get("/v1/modes").status_code == 401


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://pages.example"}])
def test_pages_may_read_every_answer(client: TestClient, origin: dict[str, str]) -> None:
    for answer in (
        client.post(REMOVEBG, files=FILES, headers=origin),
        client.post(REMOVEBG, headers=origin),
        client.get(ACCOUNT, headers=origin),
    ):
        assert answer.headers.get_list("Access-Control-Allow-Origin") == ["*"]
        exposed = answer.headers["Access-Control-Expose-Headers"]
        assert set(NAMES) <= set(exposed.split(", "))


@pytest.mark.parametrize("path", [REMOVEBG, ACCOUNT])
def test_a_preflight_allows_the_key(keyed: TestClient, path: str) -> None:
    asked = {
        "Origin": "https://pages.example",
        "Access-Control-Request-Method": "POST" if path == REMOVEBG else "GET",
        "Access-Control-Request-Headers": "x-api-key,content-type",
    }
    answer = keyed.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "x-api-key" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_options_without_an_origin(client: TestClient) -> None:
    assert client.options(REMOVEBG).status_code == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", REMOVEBG), ("PUT", REMOVEBG), ("POST", ACCOUNT), ("DELETE", ACCOUNT)],
)
def test_another_method(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert error_of(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == f"{'POST' if path == REMOVEBG else 'GET, HEAD'}, OPTIONS"


@pytest.mark.parametrize(
    "path",
    [
        *("/v1.0/improve", "/v1.0/", "/v1.0", "/v1.0/removebg//", "/v1.0/a/b"),
        "http://testserver//v1.0/improve",
    ],
)
def test_another_path(client: TestClient, path: str) -> None:
    answer = client.post(path)
    assert error_of(answer, 404)["code"] == "not_found"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert all(name in answer.headers for name in LIMITS)


@pytest.mark.parametrize("method", ["PROPFIND", "TRACE"])
def test_a_method_that_is_none(client: TestClient, method: str) -> None:
    answer = client.request(method, ACCOUNT)
    assert error_of(answer, 405)["code"] == "method_not_allowed"


def test_other_routes_keep_their_own_errors(client: TestClient) -> None:
    answer = client.get("/v1.01/account")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("path", [REMOVEBG, ACCOUNT])
def test_a_slash_at_the_end_needs_no_redirect(keyed: TestClient, path: str) -> None:
    method = "POST" if path == REMOVEBG else "GET"
    for key, status in (({"X-Api-Key": KEY}, 200), ({}, 403)):
        files = FILES if path == REMOVEBG else None
        answer = keyed.request(method, f"{path}/", files=files, headers=key, follow_redirects=False)
        assert answer.status_code == status
    assert error_of(keyed.put(f"{path}/"), 405)["code"] == "method_not_allowed"
    assert keyed.options(f"{path}/").headers["Allow"].startswith(method)


def test_a_base_address_with_a_slash_at_its_end(client: TestClient) -> None:
    assert client.post(f"http://testserver/{REMOVEBG}", files=FILES).status_code == 200


def test_all_lines_of_the_header_accept_count(client: TestClient) -> None:
    headers = [("Accept", "image/png"), ("Accept", "application/json")]
    any_json(client.post(REMOVEBG, files=FILES, headers=headers))


def test_the_routes_can_be_turned_off() -> None:
    client = TestClient(build_app(Pipeline(Settings(removebg=False), middle_is_object)))
    assert client.post(REMOVEBG, files=FILES).status_code == 404
    assert client.get(ACCOUNT).status_code == 404
    assert not any("v1.0" in path for path in client.get("/openapi.json").json()["paths"])
