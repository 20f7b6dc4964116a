"""Answers on Lambda, which hands on 6 MB at most and follows no redirect of ours."""

from base64 import b64decode

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from cutout.api.app import build_app
from cutout.pictures import Alpha, Picture
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import (
    ACCOUNT,
    FILES,
    PICTURE,
    REMOVEBG,
    any_json,
    error_of,
    form_of,
    image_of,
    parts_of,
    pixels_of,
    size_of,
)
from tests.api.removebg.events import Shape, invoke
from tests.api.removebg.wire import KEY
from tests.samples import png
from tools.events.gateway import Request, load_balancer, payload_v1, payload_v2

LIMIT = 100_000
NOISE = png(Image.fromarray(np.random.default_rng(5).integers(0, 256, (300, 400, 3), np.uint8)))
TYPE = "multipart/form-data; boundary=b"


def all_is_object(_picture: Picture) -> Alpha:
    alpha = np.full((1024, 1024), 255, np.uint8)
    alpha[:8] = 0
    return alpha


SHAPES = [payload_v2, payload_v1, load_balancer]
OWN = Settings(api_keys=SecretStr(KEY), refusal_seconds=0)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_a_picture_by_an_event(shape: Shape, accept: str) -> None:
    body = form_of(("image_file", "a.jpg", PICTURE), ("format", None, b"zip"))
    headers = {"content-type": TYPE, "x-api-key": KEY, "accept": accept}
    answer = invoke(shape, Request("POST", REMOVEBG, "", headers, body), OWN)
    assert answer.status_code == 200
    assert size_of(answer) == (200, 160)
    if accept == "*/*":
        assert answer.headers["content-type"] == "application/zip"
        file = answer.content
    else:
        file = b64decode(any_json(answer)["data"]["result_b64"])
    assert [each.size for each in parts_of(file)] == [(200, 160), (200, 160)]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_key_by_an_event(shape: Shape) -> None:
    answer = invoke(shape, Request("POST", REMOVEBG, "", {"content-type": TYPE}, b""), OWN)
    assert error_of(answer, 403)["code"] == "auth_failed"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_account_by_an_event(shape: Shape) -> None:
    answer = invoke(shape, Request("GET", ACCOUNT, "", {"x-api-key": KEY}), OWN)
    assert any_json(answer)["data"]["attributes"]["api"]["sizes"] == "all"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_preflight_by_an_event(shape: Shape) -> None:
    asked = {
        "origin": "https://page.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key",
    }
    answer = invoke(shape, Request("OPTIONS", REMOVEBG, "", asked), OWN)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-api-key" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/v1.0/improve", 404), ("GET", f"{REMOVEBG}/", 405), ("POST", f"{REMOVEBG}//", 404)],
)
def test_other_routes_by_an_event(shape: Shape, method: str, path: str, status: int) -> None:
    answer = invoke(shape, Request(method, path, "", {"x-api-key": KEY}), OWN)
    assert error_of(answer, status)["code"] in ("not_found", "method_not_allowed")


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
