"""How many requests are let in, and for how long one may take to arrive."""

import asyncio
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.conftest import middle_is_object
from tests.samples import jpeg

RESULTS = "/v1/results"


class Slow:
    """A segmenter that says when it began, and waits until it may go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = Event(), Event()

    def __call__(self, picture: Picture) -> Alpha:
        self.begun.set()
        assert self.go_on.wait(30)
        return middle_is_object(picture)


@pytest.fixture
def slow() -> Iterator[Slow]:
    segmenter = Slow()
    yield segmenter
    segmenter.go_on.set()


def post_behind(client: TestClient, statuses: list[int]) -> Thread:
    """Comes back until there is a slot: who looks whether there is one may hold it just then."""

    def post() -> None:
        status = 503
        while status == 503:
            status = client.post(RESULTS, files={"image": jpeg()}).status_code
        statuses.append(status)

    thread = Thread(target=post)
    thread.start()
    return thread


@pytest.mark.parametrize("waiting", [0, 1])
def test_who_finds_no_slot_is_told_when_to_come_back(slow: Slow, waiting: int) -> None:
    settings = Settings(concurrency=1, waiting=waiting)
    statuses: list[int] = []
    with TestClient(build_app(Pipeline(settings, slow))) as client:
        threads = [post_behind(client, statuses)]
        assert slow.begun.wait(30)
        while len(threads) < 1 + waiting:
            threads.append(post_behind(client, statuses))
        refused = until_busy(client)
        assert refused.status_code == 503
        assert refused.json() == {"detail": "The server is busy. Try again later."}
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/v1/version").status_code == 200, "what needs no slot is refused"
        slow.go_on.set()
        for thread in threads:
            thread.join(30)
        assert statuses == [200] * (1 + waiting), "who had a slot was not served"
        assert client.post(RESULTS, files={"image": jpeg()}).status_code == 200, "none came free"


def until_busy(client: TestClient) -> Any:
    """An answer without a body, which is 422 while there is a slot."""
    for _ in range(1000):
        reply = client.post(RESULTS)
        if reply.status_code != 422:
            return reply
    return reply


def test_a_slot_comes_free_after_every_kind_of_end() -> None:
    settings = Settings(concurrency=1, waiting=0, max_request_bytes=5000)
    with TestClient(build_app(Pipeline(settings, middle_is_object))) as client:
        for _ in range(3):
            assert client.post(RESULTS).status_code == 422
            assert client.post(RESULTS, content=bytes(6000)).status_code == 413
            assert client.post(RESULTS, params={"mode": "x"}).status_code == 422
            assert client.post(RESULTS, files={"image": jpeg()}).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(0.2, 408), (5.0, 422)])
def test_a_body_that_trickles_ends_in_time(seconds: float, status: int) -> None:
    settings = Settings(receive_seconds=seconds)
    app: Any = build_app(Pipeline(settings, middle_is_object))
    left = [b"x"] * 20
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        body = left.pop() if left else b""
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": RESULTS, "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == status
