"""The API, its bucket and its keys with credentials of a container endpoint, as under SnapStart.

The bucket is a real S3, which refuses the old access key once it has been rotated.
"""

from collections.abc import Iterator
from datetime import timedelta
from time import sleep

import pytest
import requests
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.bucket import open_bucket
from cutout.storage.objects import New, Objects
from cutout.storage.storage import AnswerKind
from cutout.timing import Deadline
from tests.access.conftest import ARN
from tests.conftest import middle_is_object
from tests.container_endpoint import KEY, Endpoint, SecretsManager, endpoint
from tests.fetch.servers import Server, answer, serving
from tests.s3 import BUCKET, S3Server
from tests.samples import jpeg

KEYS = {"first": ("AKIDFIRST", "first-secret"), "second": ("AKIDSECOND", "second-secret")}
SHORT = 2  # seconds


@pytest.fixture
def role(s3: S3Server) -> Iterator[Endpoint]:
    """Serve the first keys, which the bucket admits, as a user's: SeaweedFS knows no sessions."""
    for each in KEYS.values():
        s3.admit(*each)
    with endpoint() as running:
        running.rotate(*KEYS["first"])
        yield running
    for each in KEYS.values():
        s3.refuse(*each)


@pytest.fixture
def secrets(role: Endpoint) -> Iterator[tuple[SecretsManager, Server]]:
    manager = SecretsManager(role)
    with serving(manager) as server:
        yield manager, server


@pytest.fixture
def settings(
    s3: S3Server,
    role: Endpoint,
    secrets: tuple[SecretsManager, Server],
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        **role.environment,
        "CUTOUT_BUCKET_URL": f"{s3.endpoint}/{BUCKET}",
        "CUTOUT_API_KEYS_SECRET": ARN,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets[1].url(host="127.0.0.1"),
        "CUTOUT_MAX_ANSWER_BYTES": "1000",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    pipeline = Pipeline(settings, middle_is_object, open_bucket(settings))
    headers = {"X-API-KEY": KEY}
    with TestClient(build_app(pipeline), headers=headers, follow_redirects=False) as found:
        yield found


def result(client: TestClient, **request: object) -> str:
    """Return the link to a result that is too large for an answer."""
    response = client.post("/v1/results", **request)  # type: ignore[arg-type]
    assert response.status_code == 303, response.text
    link: str = response.headers["location"]
    found = requests.get(link, timeout=10).json()
    assert found["results"][0]["status"]["code"] == "ok"
    return link


def upload(client: TestClient) -> str:
    """Send a picture through the bucket; return its `url`."""
    made = client.post("/v1/uploads", params={"name": "a.jpg"}).json()
    form = made["upload"]
    files = {"file": ("a.jpg", jpeg())}
    sent = requests.post(form["url"], data=form["fields"], files=files, timeout=10)
    assert sent.status_code == 204, sent.text
    url: str = made["url"]
    return url


def test_answers_uploads_and_keys_survive_a_rotation(
    s3: S3Server,
    role: Endpoint,
    secrets: tuple[SecretsManager, Server],
    client: TestClient,
) -> None:
    role.lifetime = timedelta(seconds=SHORT)
    link = result(client, files={"image": ("a.jpg", jpeg())})
    url = upload(client)
    assert KEYS["first"][0] in link
    result(client, data={"url": url})

    role.rotate(*KEYS["second"])
    s3.refuse(*KEYS["first"])
    assert requests.get(link, timeout=10).status_code == 403, "a link outlives its credentials"
    sleep(SHORT + 0.1)

    assert KEYS["second"][0] in result(client, files={"image": ("a.jpg", jpeg())})
    result(client, data={"url": url})
    result(client, data={"url": upload(client)})
    assert secrets[0].signed_by == [KEYS["first"][0]], "the keys are still fresh"


def test_batches_use_the_same_credentials(s3: S3Server, role: Endpoint, settings: Settings) -> None:
    objects, until = Objects(settings), Deadline.after(60)
    objects.put("outbox/a.png", New(b"first", AnswerKind.PNG, {"source-md5": "a"}), None, until)
    found = objects.look_at("outbox/a.png", until)
    assert found is not None
    assert found.metadata == {"source-md5": "a"}
    assert objects.get("outbox/a.png", until) == b"first"
    assert role.server.connections == 1
    stored = s3.keys()
    assert "outbox/a.png" in stored


def test_without_credentials_pictures_that_need_none_are_answered(
    role: Endpoint, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    role.trouble = answer(b"{}", "500 Oops")
    open_settings = settings.model_copy(
        update={"api_keys_secret": None, "max_answer_bytes": 6_000_000}
    )
    pipeline = Pipeline(open_settings, middle_is_object, open_bucket(open_settings))
    with TestClient(build_app(pipeline)) as client:
        found = client.post("/v1/results", files={"image": ("a.jpg", jpeg())}).json()
        assert found["results"][0]["status"]["code"] == "ok"
        assert client.post("/v1/uploads", params={"name": "a.jpg"}).status_code == 503
    small = open_settings.model_copy(update={"max_answer_bytes": 1000})
    pipeline = Pipeline(small, middle_is_object, open_bucket(small))
    with TestClient(build_app(pipeline)) as client:
        found = client.post("/v1/results", files={"image": ("a.jpg", jpeg())}).json()
        assert found["results"][0]["status"]["code"] == "failure"
    assert "the endpoint answers 500" in caplog.text


def test_without_credentials_the_keys_are_unavailable(
    role: Endpoint, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    role.trouble = answer(b"{}", "500 Oops")
    response = client.post("/v1/results", files={"image": ("a.jpg", jpeg())})
    assert response.status_code == 503
    assert "the API keys can not be fetched: the endpoint answers 500" in caplog.text


def test_a_session_s_token_is_sent_along(
    s3: S3Server, role: Endpoint, settings: Settings, secrets: tuple[SecretsManager, Server]
) -> None:
    role.rotate(*KEYS["first"], session_token="the-session")  # noqa: S106
    storage = open_bucket(settings)
    assert storage is not None
    pipeline = Pipeline(settings, middle_is_object, storage)
    with TestClient(build_app(pipeline), headers={"X-API-KEY": KEY}) as client:
        form = client.post("/v1/uploads", params={"name": "a.jpg"}).json()["upload"]
    assert form["fields"]["x-amz-security-token"] == "the-session"
    assert b"x-amz-security-token: the-session\r\n" in secrets[1].requests[0]
    assert s3.endpoint in form["url"]
