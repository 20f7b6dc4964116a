"""A picture sent with options."""

from typing import Any

from fastapi.testclient import TestClient

from tests.samples import gradient, png

RESULTS = "/v1/results"
FILES = {"image": ("img.png", png(gradient(200, 160)))}


def ask(client: TestClient, query: dict[str, Any], form: dict[str, str] | None = None) -> Any:
    """The only result of a picture of 200 x 160 pixels."""
    answer = client.post(RESULTS, params=query, files=FILES, data=form)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["results"]
    assert result["status"] == {"code": "ok", "message": "Success"}, result
    return result


def refused(client: TestClient, query: dict[str, Any], form: dict[str, str] | None = None) -> Any:
    """The only complaint."""
    answer = client.post(RESULTS, params=query, files=FILES, data=form)
    assert answer.status_code == 422, answer.text
    (detail,) = answer.json()["detail"]
    return detail
