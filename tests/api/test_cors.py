"""Origins whose pages may read answers, and which headers they may read."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.conftest import middle_is_object
from tests.samples import jpeg

SHOP = "https://shop.example"
ALLOWED, EXPOSED = "access-control-allow-origin", "access-control-expose-headers"


def client_of(origins: str | None, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    if origins is not None:
        monkeypatch.setenv("CUTOUT_CORS_ORIGINS", origins)
    return TestClient(build_app(Pipeline(Settings(), middle_is_object)))


@pytest.mark.parametrize("origins", [None, "*"])
def test_every_page_may_by_default(origins: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = client_of(origins, monkeypatch).get("/v1/modes", headers={"Origin": SHOP})
    assert reply.headers[ALLOWED] == "*"


@pytest.mark.parametrize("origins", [SHOP, f"https://a.example {SHOP}"])
def test_only_pages_of_named_origins_may(origins: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(origins, monkeypatch)
    assert client.get("/v1/modes", headers={"Origin": SHOP}).headers[ALLOWED] == SHOP
    assert ALLOWED not in client.get("/v1/modes", headers={"Origin": "https://b.example"}).headers
    asked = {"Origin": "https://b.example", "Access-Control-Request-Method": "POST"}
    assert client.options("/v1/results", headers=asked).status_code == 400


@pytest.mark.parametrize("path", ["/v1/results", "/v1.0/removebg"])
def test_pages_of_the_internet_may_ask_a_server_in_a_private_network(path: str) -> None:
    """Chrome 104 to 141, and programs built on them, add a header to the preflight."""
    client = TestClient(build_app(Pipeline(Settings(), middle_is_object)))
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key",
        "Access-Control-Request-Private-Network": "true",
    }
    reply = client.options(path, headers=asked)
    assert (reply.status_code, reply.headers[ALLOWED]) == (200, "*")
    assert reply.headers["access-control-allow-private-network"] == "true"


ALWAYS_READABLE = {
    *("cache-control", "content-language", "content-length", "content-type", "expires"),
    *("last-modified", "pragma"),
}
"""Headers that a page may read unasked (Fetch standard, "CORS-safelisted response-header name")."""
FOR_THE_BROWSER = {
    *("connection", "content-security-policy", "referrer-policy", "vary", "x-content-type-options"),
    *("accept-ranges", "allow", "content-encoding"),
}
"""Headers that mean nothing to a page."""
PICTURE = {"image": ("a.jpg", jpeg(Image.effect_noise((300, 200), 90).convert("RGB")))}
REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "version": ("GET", "/v1/version", {}),
    "page": ("GET", "/", {}),
    "no key": ("GET", "/v1/modes", {"headers": {"X-API-KEY": "wrong"}}),
    "json": ("POST", "/v1/results?mode=fg-mask&max-side=32", {"files": PICTURE}),
    "warning": ("POST", "/v1/results?bg_color=red&max-side=32", {"files": PICTURE}),
    "elsewhere": ("POST", "/v1/results", {"files": PICTURE}),
    "missing": ("POST", "/v1/results", {}),
    "upload": ("POST", "/v1/uploads", {}),
    "slash": ("GET", "/v1/modes/", {}),
    "removebg": ("POST", "/v1.0/removebg", {"files": {"image_file": PICTURE["image"]}}),
    "removebg error": ("POST", "/v1.0/removebg", {}),
    "account": ("GET", "/v1.0/account", {}),
    "unknown": ("GET", "/v1/nothing", {}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_header_of_ours_can_be_read(settings: Settings, name: str) -> None:
    key = "the-key-of-the-tests"
    own = settings.model_copy(update={"api_keys": SecretStr(key), "max_answer_bytes": 20_000})
    app = build_app(Pipeline(own, middle_is_object, DiskStorage(own)))
    client = TestClient(app, follow_redirects=False)
    method, path, more = REQUESTS[name]
    headers = {"Origin": SHOP, "X-API-KEY": key, **more.get("headers", {})}
    reply = client.request(method, path, **{**more, "headers": headers})
    exposed = {each.strip() for each in reply.headers[EXPOSED].lower().split(",")}
    sent = {each for each in reply.headers if not each.startswith("access-control-")}
    assert sent - exposed <= ALWAYS_READABLE | FOR_THE_BROWSER
    expected = {"warning": "warning", "elsewhere": "location", "no key": "www-authenticate"}
    assert expected.get(name, "content-length") in sent, reply.status_code


def test_a_page_may_read_how_long_a_busy_server_asks_to_wait(settings: Settings) -> None:
    own = settings.model_copy(update={"api_keys_secret": None, "open_uploads": 0})
    client = TestClient(build_app(Pipeline(own, middle_is_object, DiskStorage(own))))
    reply = client.post("/v1/uploads", headers={"Origin": SHOP})
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "30")
    assert "Retry-After" in reply.headers[EXPOSED]
