"""Origins whose pages may read answers."""

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object

SHOP = "https://shop.example"
ALLOWED = "access-control-allow-origin"


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
