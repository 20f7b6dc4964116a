"""Everything within the contract arrives, whatever the platform's limits: the function behind an
HTTP API, a real S3 beside it, and clients that know nothing of either."""

import json
import shutil
import socket
import subprocess
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import lru_cache
from hashlib import md5
from io import BytesIO
from itertools import product
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
import requests
from fastapi.testclient import TestClient
from PIL import Image

from handler.answer.delivery import ENVELOPE_BYTES
from handler.app import build_app
from handler.pictures import Pixels
from handler.pipeline import Pipeline, Segmenter
from handler.segment.isnet import ISNet
from handler.settings import LAMBDA_ANSWER_BYTES, MIB, Settings
from handler.storage.disk import DiskStorage
from tests.e2e.emulator import Emulator
from tests.e2e.gateway import Gateway
from tests.e2e.photos import PICTURES, noise, photo
from tests.e2e.without_network import HANDLER, SLOW_SECONDS, SLOW_SIZE, nearly_everything
from tests.fetch.servers import answer, serving
from tests.ports import free_ports
from tests.s3 import S3Server
from tests.samples import gradient, jpeg, png

RESULTS, UPLOADS = "/v1/results", "/v1/uploads"
MODES = ["fg-image", "fg-image-shadow", "fg-mask"]
SECONDS = 60

session = requests.Session()
session.trust_env = False  # a proxy has no business on loopback
Post = Callable[..., requests.Response]


def post(gateway: Gateway, path: str = RESULTS, **request: Any) -> requests.Response:
    """What a client sees after it has followed where it was sent."""
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

    def __init__(self, segment: Segmenter, folder: Path) -> None:
        settings = Settings(storage_dir=folder)
        self._client = TestClient(build_app(Pipeline(settings, segment, DiskStorage(settings))))
        self.png = lru_cache(maxsize=1)(self._png)

    def _png(self, content: bytes, mode: str) -> bytes:
        reply = self._client.post(RESULTS, params={"mode": mode}, files={"image": content})
        (result,) = reply.json()["results"]
        return b64decode(result["entities"][0]["image"])


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalServer:
    return LocalServer(nearly_everything, tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def local_with_network(tmp_path_factory: pytest.TempPathFactory) -> LocalServer:
    return LocalServer(ISNet(Settings().model_dir, 2), tmp_path_factory.mktemp("local"))


def check_every_way(gateway: Gateway, local: LocalServer, content: bytes, mode: str) -> None:
    """As a file and as an address, in the answer and as a link."""
    with serving(answer(content)) as server:
        sources: list[dict[str, Any]] = [
            {"files": {"image": ("a.jpg", content)}},
            {"data": {"url": server.url("/a.jpg")}},
        ]
        for source, representation in product(sources, ["base64", "url"]):
            params = {"mode": mode, "representation": representation}
            result = result_of(post(gateway, params=params, **source))
            what = f"{mode} of {list(source)} as {representation}"
            assert result["name"] == "a.jpg", what
            assert result["md5"] == md5(content, usedforsecurity=False).hexdigest(), what
            assert png_of(result) == local.png(content, mode), what


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("side", [512, 2048, 4096])
def test_the_grid(api: Gateway, local: LocalServer, side: int, kind: str, mode: str) -> None:
    check_every_way(api, local, PICTURES[kind](side), mode)


@pytest.mark.parametrize(("side", "mode"), [(512, "fg-mask"), (2048, "fg-image"), (4096, MODES[1])])
def test_the_grid_with_the_network(
    deployed: Gateway, local_with_network: LocalServer, side: int, mode: str
) -> None:
    check_every_way(deployed, local_with_network, photo(side), mode)


def test_large_answers_go_through_the_bucket_and_small_ones_do_not(api: Gateway) -> None:
    small = post(api, files={"image": noise(512)})
    large = post(api, files={"image": noise(2048)})
    assert [each.status_code for each in small.history] == []
    assert [each.status_code for each in large.history] == [303]
    assert len(large.content) > LAMBDA_ANSWER_BYTES
    assert large.headers["content-type"] == "application/json"


def test_a_large_answer_without_a_bucket_says_what_to_do(bare_api: Gateway) -> None:
    result = result_of(post(bare_api, files={"image": noise(2048)}))
    assert result["status"]["code"] == "failure"
    assert "fg-mask" in result["status"]["message"]
    assert result["entities"] == []
    mask = result_of(post(bare_api, params={"mode": "fg-mask"}, files={"image": noise(2048)}))
    assert mask["status"]["code"] == "ok"
    assert post(bare_api, UPLOADS).status_code == 404


def rendering() -> Image.Image:
    """Soft shapes with a trace of dither."""
    base = np.asarray(gradient(2000, 2000)).astype(np.int16)
    dither = np.random.default_rng(4).integers(0, 3, base.shape)
    return Image.fromarray(np.clip(base + dither, 0, 255).astype(np.uint8))


def pixels_of(content: bytes) -> Pixels:
    return np.asarray(Image.open(BytesIO(content)))


def nearly_16_mb(kind: str) -> bytes:
    """The largest file that is taken, or nearly."""
    if kind == "image/jpeg":
        return noise(4096, 92)
    pixels = np.random.default_rng(4).integers(0, 256, (1330, 4096, 3), np.uint8)
    return png(Image.fromarray(pixels))


@lru_cache
def boundary_picture() -> bytes:
    """A PNG of noise whose answer is a little smaller than Lambda's limit."""
    pixels = np.random.default_rng(3).integers(0, 256, (1345, 1022, 3), np.uint8)
    return png(Image.fromarray(pixels))


@pytest.mark.parametrize("over", [-1024, -1, 0, 1024])
def test_answers_around_the_limit_arrive(api: Gateway, local: LocalServer, over: int) -> None:
    """The file's name makes the answer as long as wanted, to the byte."""
    content = boundary_picture()
    body = post(api, files={"image": ("n", content)}).content
    missing = LAMBDA_ANSWER_BYTES - ENVELOPE_BYTES + over - len(json.dumps(body.decode()))
    assert 0 < missing < 3500, "the picture must be just small enough"
    reply = post(api, files={"image": ("n" * (1 + missing), content)})
    if over > 0:
        assert [each.status_code for each in reply.history] == [303]
    else:
        assert reply.history == []
        spare = LAMBDA_ANSWER_BYTES + over - api.function.answer_bytes
        assert 0 <= spare < ENVELOPE_BYTES, "the headers need more than is kept for them"
    assert png_of(result_of(reply)) == local.png(content, "fg-image")


def test_an_answer_just_too_large_is_compressed_more(
    api: Gateway, bare_api: Gateway, local: LocalServer
) -> None:
    """A rendering: smooth, with little noise, so that a better filter saves enough."""
    content = png(rendering())
    fast = local.png(content, "fg-image")
    assert len(fast) * 4 / 3 > LAMBDA_ANSWER_BYTES, "the picture must be just too large"
    for gateway in (api, bare_api):
        reply = post(gateway, files={"image": content})
        strong = png_of(result_of(reply))
        assert reply.history == []
        assert len(strong) < len(fast)
        assert np.array_equal(pixels_of(strong), pixels_of(fast))


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png"])
def test_a_large_file_goes_through_an_upload(api: Gateway, local: LocalServer, kind: str) -> None:
    content = nearly_16_mb(kind)
    assert 15.9e6 < len(content) < 16 * MIB
    too_large = session.post(api.url(RESULTS), files={"image": content}, timeout=SECONDS)
    assert too_large.status_code == 413, "then why upload it elsewhere"
    upload = post(api, UPLOADS, params={"type": kind, "name": "large"}).json()
    sent = session.post(
        upload["upload"]["url"],
        data=upload["upload"]["fields"],
        files={"file": content},
        timeout=SECONDS,
    )
    assert sent.status_code == 204, sent.text
    result = result_of(post(api, data={"url": upload["url"]}))
    assert (result["name"], result["md5"]) == (
        "large",
        md5(content, usedforsecurity=False).hexdigest(),
    )
    assert png_of(result) == local.png(content, "fg-image")


def test_an_upload_that_never_came_is_told(api: Gateway) -> None:
    upload = post(api, UPLOADS).json()
    result = result_of(post(api, data={"url": upload["url"]}))
    assert result["status"]["message"].startswith("There is no such upload.")


def test_links_are_for_whoever_holds_them_as_they_are(api: Gateway) -> None:
    params = {"representation": "url"}
    (entity,) = result_of(post(api, params=params, files={"image": jpeg()}))["entities"]
    assert session.get(entity["image"], timeout=SECONDS).status_code == 200
    for bent in (
        entity["image"].partition("?")[0],
        entity["image"].replace("/answers/", "/answers/x"),
        entity["image"].replace("X-Amz-Expires=86400", "X-Amz-Expires=86401"),
    ):
        assert session.get(bent, timeout=SECONDS).status_code == 403, bent


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_follows_by_itself(api: Gateway, local: LocalServer, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(noise(2048))
    done = subprocess.run(
        [
            *("curl", "-sL", "--noproxy", "*"),
            *("-F", f"image=@{tmp_path / 'a.jpg'}", api.url(RESULTS)),
        ],
        check=True,
        capture_output=True,
    )
    (result,) = json.loads(done.stdout)["results"]
    assert png_of(result) == local.png(noise(2048), "fg-image")


def broken_bucket(s3: S3Server, name: str) -> Iterator[Gateway]:
    environment = s3.environment | {"CUTOUT_BUCKET_URL": name}
    with Emulator(environment, HANDLER) as running, Gateway(running) as gateway:
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
    """The function may run for 4 s; the picture would take 8."""
    slow = {"image": ("slow.jpg", jpeg(gradient(*SLOW_SIZE)))}
    start = monotonic()
    result = result_of(post(bare_api, files=slow))
    assert monotonic() - start < 4.5, "Lambda would have ended the function"
    assert "took too long" in result["status"]["message"]
    assert result["name"] == "slow.jpg"
    sleep(max(0, SLOW_SECONDS - (monotonic() - start)))
    after = result_of(post(bare_api, files={"image": jpeg()}))
    assert after["status"]["code"] == "ok", "the function is stuck"
