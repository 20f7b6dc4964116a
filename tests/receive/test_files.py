"""The local server's uploads: what a stranger can make it hold in memory."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from handler.app import build_app
from handler.pipeline import Pipeline
from handler.settings import Settings
from handler.storage.disk import DiskStorage
from handler.storage.storage import UploadType, new_token
from tests.conftest import middle_is_object
from tests.samples import jpeg

BOUNDARY = b"multipart/form-data; boundary=b"


def app_of(settings: Settings, storage: DiskStorage) -> Any:
    return build_app(Pipeline(settings, middle_is_object, storage))


def status_and_reads(app: Any, token: str) -> tuple[int, int]:
    """What is answered to an upload, and how often its body was asked for."""
    sent: list[Any] = []
    reads = 0

    async def receive() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/v1/uploads/{token}",
        "query_string": b"",
        "headers": [(b"content-type", BOUNDARY)],
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], reads


def test_nothing_is_read_of_an_upload_that_nobody_asked_for(tmp_path: Path) -> None:
    settings = Settings(storage_dir=tmp_path)
    storage = DiskStorage(settings)
    app = app_of(settings, storage)
    for token in ("x", new_token()):
        assert status_and_reads(app, token) == (403, 0)
    status, reads = status_and_reads(app, storage.invite(UploadType.JPEG).token)
    assert (status, reads > 0) == (400, True), "not even one that was asked for is read"


@pytest.mark.parametrize(("waiting", "status"), [(0, 503), (1, 204)])
def test_an_upload_takes_a_place_as_a_picture_does(
    tmp_path: Path, waiting: int, status: int
) -> None:
    settings = Settings(storage_dir=tmp_path, concurrency=1, waiting=waiting)
    storage = DiskStorage(settings)
    replies: list[int] = []
    client: TestClient

    def post_another(picture: Any) -> Any:
        token = storage.invite(UploadType.JPEG).token
        fields = {"Content-Type": "image/jpeg"}
        reply = client.post(f"/v1/uploads/{token}", data=fields, files={"file": jpeg()})
        replies.append(reply.status_code)
        return middle_is_object(picture)

    with TestClient(build_app(Pipeline(settings, post_another, storage))) as client:
        assert client.post("/v1/results", files={"image": jpeg()}).status_code == 200
    assert replies == [status]
