"""The local server's files: what a stranger can make it hold, and files removed meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from cutout.storage.storage import AnswerKind, PresignedUpload, UploadType, new_token
from cutout.timing import Deadline
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
    status, reads = status_and_reads(app, storage.create_upload(UploadType.JPEG).token)
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
        token = storage.create_upload(UploadType.JPEG).token
        fields = {"Content-Type": "image/jpeg"}
        reply = client.post(f"/v1/uploads/{token}", data=fields, files={"file": jpeg()})
        replies.append(reply.status_code)
        return middle_is_object(picture)

    with TestClient(build_app(Pipeline(settings, post_another, storage))) as client:
        assert client.post("/v1/results", files={"image": jpeg()}).status_code == 200
    assert replies == [status]


@pytest.mark.parametrize(("waiting", "status"), [(0, 503), (1, 200)])
def test_uploads_have_slots_of_their_own(tmp_path: Path, waiting: int, status: int) -> None:
    settings = Settings(storage_dir=tmp_path, concurrency=1, waiting=waiting)
    replies: list[int] = []
    client: TestClient

    class Slow(DiskStorage):
        """While it makes the first invitation, others ask for one, and for a picture."""

        def create_upload(self, kind: UploadType) -> PresignedUpload:
            if not replies:
                replies.append(client.post("/v1/results", files={"image": jpeg()}).status_code)
                replies.append(client.post("/v1/uploads").status_code)
            return super().create_upload(kind)

    with TestClient(app_of(settings, Slow(settings))) as client:
        for _ in range(2):  # the second time, to see that the place came free
            assert client.post("/v1/uploads").status_code == 200
    assert replies == [200, status]


def test_who_asks_for_all_uploads_stops_uploads_and_no_picture(tmp_path: Path) -> None:
    settings = Settings(storage_dir=tmp_path, open_uploads=3, storage_bytes=1 << 20)
    with TestClient(app_of(settings, DiskStorage(settings))) as client:
        replies = [client.post("/v1/uploads") for _ in range(20)]
        assert [each.status_code for each in replies] == [200] * 3 + [503] * 17
        assert replies[-1].json() == {"detail": "Uploads are unavailable. Try again later."}
        assert int(replies[-1].headers["retry-after"]) > 0
        for query in ("", "?representation=url"):
            answer = client.post(f"/v1/results{query}", files={"image": jpeg()})
            assert answer.json()["results"][0]["status"]["code"] == "ok"


class Sweeping(DiskStorage):
    """Removes a file as soon as it was found, as another process may."""

    def path(self, name: str) -> Path:
        path = super().path(name)
        path.unlink()
        return path


def test_a_file_that_is_removed_once_found_is_gone(tmp_path: Path) -> None:
    settings = Settings(storage_dir=tmp_path)
    storage = Sweeping(settings)
    link = storage.put(b"x", AnswerKind.PNG, Deadline.after(9))
    with TestClient(app_of(settings, storage)) as client:
        reply = client.get(link)
    detail = "This file does not exist, or its link has expired."
    assert (reply.status_code, reply.json()) == (404, {"detail": detail})


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_file_that_is_removed_once_its_answer_begins_arrives(
    tmp_path: Path, version: str
) -> None:
    settings, content, sent = Settings(storage_dir=tmp_path), b"x" * 200_000, list[Any]()
    storage = DiskStorage(settings)
    link = storage.put(content, AnswerKind.PNG, Deadline.after(9))

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            storage.path(Path(link).name).unlink()
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": version},
        "method": "GET",
        "path": f"/{link}",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(app_of(settings, storage)(scope, receive, send))
    assert sent[0]["status"] == 200
    assert dict(sent[0]["headers"])[b"content-length"] == b"200000"
    assert b"".join(each["body"] for each in sent[1:]) == content
