"""`HEAD` beside `GET`, and trailing slashes, on the local server's app."""

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from cutout.storage.storage import AnswerKind
from cutout.timing import Deadline
from tests.conftest import middle_is_object

GETS = ["/", "/v1/version", "/v1/modes", "/img-bg-removal/v1/modes", "/docs", "/openapi.json"]


@pytest.mark.parametrize("path", GETS)
def test_head_is_a_get_without_the_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(get.headers)


def test_head_of_a_stored_answer(settings: Settings) -> None:
    storage = DiskStorage(settings)
    client = TestClient(build_app(Pipeline(settings, middle_is_object, storage)))
    url = storage.put(b"x" * 100_000, AnswerKind.PNG, Deadline.after(9))
    head = client.head(f"/{url}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "100000"


@pytest.mark.parametrize("path", ["/v1/results", "/v1/uploads"])
def test_head_of_what_is_only_posted_to_is_refused(client: TestClient, path: str) -> None:
    reply = client.head(path)
    assert reply.status_code == 405
    assert reply.headers["allow"] == "POST"


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("method", ["OPTIONS", "PUT"])
def test_a_refusal_names_head_beside_get(client: TestClient, method: str, path: str) -> None:
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert set(reply.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_the_log_names_the_method_that_was_sent(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.head("/v1/version")
    assert '"method": "HEAD", "route": "/v1/version"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/v1/version/", "../version"),
        ("/v1/modes/?a=b&c=%20", "../modes?a=b&c=%20"),
        ("/v1/results/", "../results"),
        ("/img-bg-removal/v1/modes/", "../modes"),
        ("/docs/", "../docs"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_trailing_slash_leads_away_by_a_relative_address(
    client: TestClient, method: str, path: str, location: str
) -> None:
    reply = client.request(method, path, follow_redirects=False)
    assert reply.status_code == 307
    assert reply.headers["location"] == location
    wanted = client.request(method, path.partition("?")[0].rstrip("/"))
    followed = client.request(method, path)
    assert (followed.status_code, followed.content) == (wanted.status_code, wanted.content)


@pytest.mark.parametrize("path", ["/nowhere/", "/v1/", "/v1", "/v1/x/", "/v1/modes//"])
def test_no_other_address_is_redirected(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code == 404


def test_a_name_in_a_redirect_stays_quoted(settings: Settings) -> None:
    client = TestClient(
        build_app(Pipeline(settings, middle_is_object, DiskStorage(settings))),
        follow_redirects=False,
    )
    reply = client.get("/v1/files/a%3Fb%0D%0Aset-cookie:%20c/")
    assert reply.headers["location"] == "../a%3Fb%0D%0Aset-cookie%3A%20c"
