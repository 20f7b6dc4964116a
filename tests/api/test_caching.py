"""What caches between the server and a client are told to keep."""

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from cutout.storage.storage import AnswerKind
from cutout.timing import Deadline
from tests.conftest import middle_is_object
from tests.samples import png

GETS = [
    *("/v1/version", "/v1/modes", "/v1/modes/", "/openapi.json"),
    *("/v1.0/account", "/v1.0/nothing", "/v1/files/nothing", "/nothing"),
]


@pytest.mark.parametrize("path", GETS)
def test_no_answer_of_the_api_is_kept(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "name"), [("/v1/results", "image"), ("/v1.0/removebg", "image_file")]
)
def test_no_picture_is_kept(client: TestClient, path: str, name: str) -> None:
    for files in ({name: png()}, {name: b"no picture"}):
        assert client.post(path, files=files).headers["cache-control"] == "no-store"


def test_a_refusal_of_the_guards_is_not_kept(client: TestClient) -> None:
    refused = client.get("http://127.0.0.1/v1/version", headers={"Host": "evil.example"})
    assert (refused.status_code, refused.headers["cache-control"]) == (421, "no-store")


def test_no_file_behind_a_link_is_kept(settings: Settings) -> None:
    storage = DiskStorage(settings)
    client = TestClient(build_app(Pipeline(settings, middle_is_object, storage)))
    url = storage.put(b"content", AnswerKind.PNG, Deadline.after(9))
    for answer in (client.get(url), client.get(url, headers={"Range": "bytes=0-1"})):
        assert answer.status_code in {200, 206}
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/page/page.css", "/docs"])
def test_pages_are_asked_for_again(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-cache"
