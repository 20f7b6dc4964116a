"""A bucket that is down or full, a server that drips, a picture that takes too long: failures that
say so, in time."""

import socket
from collections.abc import Iterator
from threading import Thread
from time import monotonic, sleep

import pytest

from tests.e2e.client import post, result_of, session
from tests.e2e.emulator import WITHOUT_NETWORK, Emulator
from tests.e2e.gateway import Gateway
from tests.e2e.photos import noise
from tests.e2e.segmenter import SLOW_SECONDS, SLOW_SIZE
from tests.fetch.servers import serving
from tests.ports import free_ports
from tests.s3 import S3Server
from tests.samples import gradient, jpeg


def broken_bucket(s3: S3Server, name: str) -> Iterator[Gateway]:
    environment = s3.environment | {"CUTOUT_BUCKET_URL": name}
    with Emulator(environment, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
        yield gateway


@pytest.fixture
def down(s3: S3Server) -> Iterator[Gateway]:
    (port,) = free_ports(1)
    yield from broken_bucket(s3, f"http://127.0.0.1:{port}/cutout")


@pytest.fixture
def full(s3: S3Server) -> Iterator[Gateway]:
    s3.create_bucket("full-too")
    s3.fill("full-too")
    yield from broken_bucket(s3, f"{s3.endpoint}/full-too")


@pytest.mark.parametrize("trouble", ["down", "full"])
def test_a_bucket_in_trouble_is_a_failure_that_says_so(
    request: pytest.FixtureRequest, s3: S3Server, trouble: str
) -> None:
    gateway: Gateway = request.getfixturevalue(trouble)
    for params in ({"representation": "url"}, {"mode": "fg-image"}):
        result = result_of(post(gateway, params=params, files={"image": noise(2048)}))
        assert result["status"]["code"] == "failure"
        assert "storage can not be reached" in result["status"]["message"]
    small = result_of(post(gateway, files={"image": noise(512)}))
    assert small["status"]["code"] == "ok", "what needs no storage suffers with it"
    if trouble == "full":
        assert s3.keys("full-too") <= {"filling"}, "something was written half"
    assert "Signature=" not in gateway.function.log(), "the log holds a link that works"


def drip(connection: socket.socket, _request: bytes) -> None:
    """A picture that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n\xff\xd8\xff")
    for _ in range(100):
        connection.sendall(b"x")
        sleep(0.1)


def test_a_download_that_drips_ends_at_its_deadline(api: Gateway) -> None:
    start = monotonic()
    with serving(drip) as server:
        result = result_of(post(api, data={"url": server.url("/a.jpg")}))
    assert result["status"]["message"] == "Can not download image from the URL."
    assert monotonic() - start < 6, "its 2 seconds did not hold (10 without them)"


def test_a_picture_that_takes_too_long_is_a_failure_in_time(bare_api: Gateway) -> None:
    """The function may run for 14 s; the picture would take 20."""
    slow = {"image": ("slow.jpg", jpeg(gradient(*SLOW_SIZE)))}
    start = monotonic()
    result = result_of(post(bare_api, files=slow))
    assert monotonic() - start < 14.5, "Lambda would have ended the function"
    assert "took too long" in result["status"]["message"]
    assert result["name"] == "slow.jpg"
    after = result_of(post(bare_api, files={"image": jpeg()}))
    assert after["status"]["code"] == "ok", "the function is stuck"
    assert monotonic() - start < SLOW_SECONDS, "it waited for the picture that took too long"


def test_a_function_killed_in_mid_request_is_back_for_the_next() -> None:
    slow = {"image": ("slow.jpg", jpeg(gradient(*SLOW_SIZE)))}
    statuses: list[int] = []
    with Emulator(None, WITHOUT_NETWORK) as running, Gateway(running) as gateway:
        assert result_of(post(gateway, files={"image": jpeg()}))["status"]["code"] == "ok"
        url = gateway.url("/v1/results")
        client = Thread(target=lambda: statuses.append(session.post(url, files=slow).status_code))
        client.start()
        sleep(2)
        running.kill_function()
        client.join(30)
        assert statuses == [500], "the function was not in mid-request"
        assert result_of(post(gateway, files={"image": jpeg()}))["status"]["code"] == "ok"
