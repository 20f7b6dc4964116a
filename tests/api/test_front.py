"""Requests that come through the distribution in front of the API, and round it."""

import json

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.access.conftest import ARN
from tests.conftest import middle_is_object
from tests.fetch.servers import Server, answer, serving

FRONT_KEY = "the-key-of-the-distribution"
CODES = {403: "forbidden", 503: "unavailable"}


@pytest.fixture(autouse=True)
def _role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
        "CUTOUT_FRONT_SECRET": ARN,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)


def client(server: Server, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url(host="127.0.0.1"))
    return TestClient(build_app(Pipeline(Settings(), middle_is_object)))


@pytest.mark.parametrize("path", ["/v1/version", "/", "/openapi.json", "/v1/nothing"])
def test_only_requests_with_the_key_of_the_distribution_get_in(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with serving(answer(json.dumps({"SecretString": FRONT_KEY}).encode())) as secrets:
        api = client(secrets, monkeypatch)
        for headers in ({}, {"X-Front-Key": "another-key-of-that-length"}):
            refused = api.get(path, headers=headers)
            assert refused.status_code == 403
            assert set(refused.json()) == {"message"}
        admitted = api.get(path, headers={"X-Front-Key": FRONT_KEY})
        assert admitted.status_code == (404 if path == "/v1/nothing" else 200)
        assert secrets.connections == 1


@pytest.mark.parametrize(("status", "code"), [("200 OK", 403), ("403 Forbidden", 503)])
def test_a_client_of_removebg_reads_the_refusal_in_its_own_form(
    monkeypatch: pytest.MonkeyPatch, status: str, code: int
) -> None:
    secret = json.dumps({"SecretString": FRONT_KEY}).encode()
    with serving(answer(secret, status)) as secrets:
        refused = client(secrets, monkeypatch).get("/v1.0/account", headers={"X-Front-Key": "x"})
    (told,) = refused.json()["errors"]
    assert (refused.status_code, told["code"]) == (code, CODES[code])
    assert told["title"]


def test_while_the_key_can_not_be_read_nobody_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answer(b"{}", "403 Forbidden")) as secrets:
        refused = client(secrets, monkeypatch).get("/v1/version", headers={"X-Front-Key": "x"})
    assert refused.status_code == 503
    assert refused.headers["retry-after"]


@pytest.mark.parametrize("variable", ["CUTOUT_FRONT_SECRET", "AWS_SAM_LOCAL"])
def test_without_a_distribution_everybody_gets_in(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("CUTOUT_FRONT_SECRET")
    if variable == "AWS_SAM_LOCAL":  # `sam local` can't resolve the secret
        monkeypatch.setenv("CUTOUT_FRONT_SECRET", "FrontKey")
        monkeypatch.setenv(variable, "true")
    api = TestClient(build_app(Pipeline(Settings(), middle_is_object)))
    assert api.get("/v1/version").status_code == 200
