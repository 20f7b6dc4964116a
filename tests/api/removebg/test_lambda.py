"""Answers on Lambda, which hands on 6 MB at most and follows no redirect of ours."""

import json
from base64 import b64decode, b64encode
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.api.gateway import build_handler
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import (
    ACCOUNT,
    FILES,
    PICTURE,
    REMOVEBG,
    error_of,
    form_of,
    image_of,
    parts_of,
    pixels_of,
    size_of,
)
from tests.conftest import middle_is_object
from tests.events.answers import Answer, event_loop
from tests.samples import png

KEY = "the-key-of-the-tests"
LIMIT = 100_000
NOISE = png(Image.fromarray(np.random.default_rng(5).integers(0, 256, (300, 400, 3), np.uint8)))
TYPE = "multipart/form-data; boundary=b"


def all_is_object(_picture: Picture) -> Alpha:
    alpha = np.full((1024, 1024), 255, np.uint8)
    alpha[:8] = 0
    return alpha


def event(method: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """An HTTP API's event, payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "remove-bg-go-2.0.0",
            },
            "stage": "$default",
            "timeEpoch": 0,
        },
        "body": b64encode(body).decode(),
        "isBase64Encoded": True,
    }


class Context:
    aws_request_id = "request"
    function_name = "cutout"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def call(given: dict[str, Any], own: Settings | None = None) -> Answer:
    used = own or Settings(api_keys=SecretStr(KEY))
    app = build_app(Pipeline(used.on_lambda(), middle_is_object))
    with event_loop():
        return Answer(build_handler(app)(given, Context()))


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_a_picture_by_an_event(accept: str) -> None:
    body = form_of(("image_file", "a.jpg", PICTURE), ("format", None, b"zip"))
    headers = {"content-type": TYPE, "x-api-key": KEY, "accept": accept}
    answer = call(event("POST", REMOVEBG, body, headers))
    assert answer.status == 200
    assert answer.headers["x-width"] == "200"
    if accept == "*/*":
        assert answer.headers["content-type"] == "application/zip"
        file = b64decode(answer.raw["body"])
    else:
        file = b64decode(json.loads(answer.text)["data"]["result_b64"])
    assert [each.size for each in parts_of(file)] == [(200, 160), (200, 160)]


def test_no_key_by_an_event() -> None:
    answer = call(event("POST", REMOVEBG, b"", {"content-type": TYPE}))
    assert answer.status == 403
    assert json.loads(answer.text)["errors"][0]["code"] == "auth_failed"


def test_the_account_by_an_event() -> None:
    answer = call(event("GET", ACCOUNT, b"", {"x-api-key": KEY}))
    assert answer.status == 200
    assert json.loads(answer.text)["data"]["attributes"]["api"]["sizes"] == "all"


@pytest.fixture
def small() -> TestClient:
    """A server whose answers have 100 kB at most."""
    own = Settings(max_answer_bytes=LIMIT)
    return TestClient(build_app(Pipeline(own, all_is_object)))


@pytest.mark.parametrize("kind", ["auto", "png", "jpg", "webp", "zip"])
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_automatic_sizes_shrink_until_they_fit(small: TestClient, kind: str, accept: str) -> None:
    answer = small.post(
        REMOVEBG,
        files={"image_file": ("a", NOISE)},
        data={"size": "auto", "format": kind},
        headers={"Accept": accept},
    )
    assert answer.status_code == 200, answer.text
    assert len(answer.content) * (1 if accept != "*/*" else 4 / 3) < LIMIT
    assert (answer.headers["X-Max-Width"], answer.headers["X-Max-Height"]) == ("400", "300")
    file = answer.content
    if accept != "*/*":
        file = b64decode(answer.json()["data"]["result_b64"])
    if kind in ("auto", "png"):
        assert size_of(answer)[0] < 400
    if kind != "zip":
        assert image_of(file).size == size_of(answer)
    if kind == "png":
        pixels = pixels_of(file)
        assert not pixels[pixels[..., 3] == 0].any()


def test_the_box_shrinks_with_the_answer(small: TestClient) -> None:
    answer = small.post(REMOVEBG, files={"image_file": ("a", NOISE)}, data={"size": "auto"})
    width, height = size_of(answer)
    box = [int(answer.headers[f"X-Foreground-{n}"]) for n in ("Left", "Top", "Width", "Height")]
    assert box[0] == 0
    assert box[1] <= 4
    assert box[2] == width
    assert box[1] + box[3] == height


def test_losses_come_before_fewer_pixels() -> None:
    """A JPEG of less quality fits: no pixel is lost."""
    client = TestClient(build_app(Pipeline(Settings(max_answer_bytes=120_000), all_is_object)))
    given = {"size": "auto", "format": "jpg"}
    answer = client.post(REMOVEBG, files={"image_file": ("a", NOISE)}, data=given)
    assert size_of(answer) == (400, 300)


@pytest.mark.parametrize("size", ["full", "hd", "preview"])
def test_sizes_that_are_asked_for_do_not(small: TestClient, size: str) -> None:
    given = {"size": size, "format": "png"}
    answer = small.post(REMOVEBG, files={"image_file": ("a", NOISE)}, data=given)
    assert error_of(answer, 400)["code"] == "resolution_too_high"


def test_what_fits_is_left_alone(small: TestClient) -> None:
    answer = small.post(REMOVEBG, files=FILES, data={"size": "full"})
    assert size_of(answer) == (200, 160)
