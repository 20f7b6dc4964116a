"""Share the ways to the service, with keys on, and a picture's address."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import REMOVEBG
from tests.api.removebg.events import invoke
from tests.api.removebg.wire import KEY, PHOTO, Post
from tests.conftest import middle_is_object
from tests.fetch.servers import answer, serving
from tools.events.gateway import Request, load_balancer, payload_v1, payload_v2


@pytest.fixture(
    params=[None, payload_v2, payload_v1, load_balancer],
    ids=lambda each: (each and each.__name__) or "server",
)
def post(request: pytest.FixtureRequest) -> Post:
    """Post a body with headers to the server, or to the Lambda handler as an event; both ask for a
    key."""
    own = Settings(api_keys=SecretStr(KEY), refusal_seconds=0, allow_private_network=True)
    client = TestClient(build_app(Pipeline(own, middle_is_object)))

    def by_http(body: bytes, headers: dict[str, str]) -> Response:
        return client.post(REMOVEBG, content=body, headers={"X-Api-Key": KEY, **headers})

    def by_event(body: bytes, headers: dict[str, str]) -> Response:
        lower = {name.lower(): value for name, value in {"X-Api-Key": KEY, **headers}.items()}
        return invoke(request.param, Request("POST", REMOVEBG, "", lower, body), own)

    return by_http if request.param is None else by_event


@pytest.fixture
def address() -> Iterator[str]:
    """The URL of a photo."""
    with serving(answer(PHOTO)) as server:
        yield server.url("/photo.jpg")
