"""A client of the API, and the local server that its answers are compared with."""

from base64 import b64decode
from functools import lru_cache
from pathlib import Path
from typing import Any

import requests
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.refine.refine import Sharpen
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from cutout.work import Segmenter
from tests.e2e.gateway import Gateway

RESULTS, UPLOADS = "/v1/results", "/v1/uploads"
SECONDS = 120  # of a busy machine

session = requests.Session()
session.trust_env = False  # a proxy has no business on loopback


def post(gateway: Gateway, path: str = RESULTS, **request: Any) -> requests.Response:
    """Return what a client sees after it has followed redirects."""
    reply = session.post(gateway.url(path), timeout=SECONDS, **request)
    assert reply.status_code < 500, f"{reply.status_code}: {reply.text[:300]}"
    return reply


def result_of(reply: requests.Response) -> dict[str, Any]:
    assert reply.status_code == 200, f"{reply.status_code}: {reply.text[:300]}"
    result: dict[str, Any]
    (result,) = reply.json()["results"]
    return result


def png_of(result: dict[str, Any]) -> bytes:
    """The picture, from the answer or from where the answer says."""
    assert result["status"] == {"code": "ok", "message": "Success"}
    (entity,) = result["entities"]
    if entity.get("representation") == "url":
        link = session.get(entity["image"], timeout=SECONDS)
        assert link.status_code == 200, link.text
        assert link.headers["content-type"] == "image/png"
        return link.content
    return b64decode(entity["image"], validate=True)


class LocalServer:
    """The local server in this process, to compare with. Each picture is worked out once."""

    def __init__(self, segment: Segmenter, folder: Path, sharpen: Sharpen | None = None) -> None:
        settings = Settings(storage_dir=folder)
        pipeline = Pipeline(settings, segment, DiskStorage(settings), sharpen)
        plain = {"Accept-Encoding": "identity"}  # base64 of a picture is slow to pack and unpack
        self._client = TestClient(build_app(pipeline), headers=plain)
        self.png = lru_cache(maxsize=1)(self._png)

    def _png(self, content: bytes, mode: str) -> bytes:
        reply = self._client.post(RESULTS, params={"mode": mode}, files={"image": content})
        (result,) = reply.json()["results"]
        return b64decode(result["entities"][0]["image"])
