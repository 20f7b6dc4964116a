"""JSON answers as gzip: through the app, as Lambda's events, and over the network."""

import gzip
import json
from base64 import b64decode
from typing import Any

import numpy as np
import pytest
import requests
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from PIL import Image
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cutout.api.app import build_app
from cutout.api.compression import MINIMUM_BYTES, GzipTexts
from cutout.api.gateway import build_handler
from cutout.api.service import ENVELOPE_BYTES
from cutout.pipeline import Pipeline
from cutout.settings import LAMBDA_ANSWER_BYTES, Settings
from cutout.storage.bucket import S3Storage
from cutout.storage.disk import DiskStorage
from tests.conftest import middle_is_object
from tests.events.answers import event_loop
from tests.s3 import S3Server
from tests.samples import gradient, jpeg, png
from tests.shown import told
from tools.events.gateway import Event, Request, load_balancer, payload_v1, payload_v2
from tools.events.samples import post_file

RESULTS, REMOVEBG = "/v1/results", "/v1.0/removebg"
PICTURE = jpeg(gradient(300, 200))
FILES = {"image": ("a.jpg", PICTURE)}
PLAIN, GZIP = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip"}


def rest_api(request: Request) -> Event:
    """The event of a REST API, which has no version."""
    event = payload_v1(request)
    del event["version"]
    return event


SHAPES = {"v1": payload_v1, "v2": payload_v2, "alb": load_balancer}


def result_of(body: bytes) -> dict[str, Any]:
    (result,) = json.loads(body)["results"]
    return told(result)


def raw(client: TestClient, url: str, headers: dict[str, str], **sent: Any) -> tuple[Any, bytes]:
    """The answer, and its body as it was sent."""
    with client.stream("POST", url, headers=headers, **sent) as answer:
        return answer, b"".join(answer.iter_raw())


def test_the_same_json_in_fewer_bytes(client: TestClient) -> None:
    plain, body = raw(client, RESULTS, PLAIN, files=FILES)
    packed, content = raw(client, RESULTS, GZIP, files=FILES)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) == len(content) < 0.8 * len(body)
    assert result_of(gzip.decompress(content)) == result_of(body)
    for answer in (plain, packed):
        assert "accept-encoding" in answer.headers["vary"].lower()


def test_the_page_s_origin_varies_too(settings: Settings) -> None:
    shop = settings.model_copy(update={"cors_origins": frozenset({"https://a.example"})})
    client = TestClient(build_app(Pipeline(shop, middle_is_object)))
    headers = {**GZIP, "Origin": "https://a.example"}
    answer = client.post(RESULTS, files=FILES, headers=headers)
    assert {each.strip() for each in answer.headers["vary"].split(",")} == {
        "Accept-Encoding",
        "Origin",
    }
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert answer.headers["content-encoding"] == "gzip"


def test_removebg_s_json_too(client: TestClient) -> None:
    files = {"image_file": ("a.jpg", PICTURE)}
    headers = {**GZIP, "Accept": "application/json"}
    packed = client.post(REMOVEBG, headers=headers, files=files)
    assert packed.headers["content-encoding"] == "gzip"
    assert set(packed.json()["data"]) > {"result_b64"}
    file = client.post(REMOVEBG, headers=GZIP, files=files)
    assert "content-encoding" not in file.headers
    assert file.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("query", "status"), [("?representation=binary", 200), ("?representation=jpeg", 422)]
)
def test_files_and_short_errors_stay_as_they_are(
    client: TestClient, query: str, status: int
) -> None:
    answer = client.post(RESULTS + query, files=FILES, headers=GZIP)
    assert answer.status_code == status
    assert "content-encoding" not in answer.headers


def test_who_refuses_plain_answers_gets_errors_compressed_too(client: TestClient) -> None:
    headers = {"Accept-Encoding": "gzip, identity;q=0"}
    answer = client.post(RESULTS, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["detail"]


def test_head_has_the_headers_of_get(client: TestClient) -> None:
    head, get = (
        client.request(method, "/openapi.json", headers=GZIP) for method in ("HEAD", "GET")
    )
    assert get.headers["content-encoding"] == "gzip"
    assert head.headers == get.headers
    assert head.content == b""


def test_it_can_be_switched_off(settings: Settings) -> None:
    off = settings.model_copy(update={"gzip": False})
    client = TestClient(build_app(Pipeline(off, middle_is_object, DiskStorage(off))))
    answer = client.post(RESULTS, files=FILES, headers=GZIP)
    assert "content-encoding" not in answer.headers
    assert "Accept-Encoding" not in answer.headers["vary"]
    assert off.gzip is not Settings().gzip


@pytest.mark.parametrize("headers", [PLAIN, GZIP])
def test_a_stored_file_stays_as_it_is(settings: Settings, headers: dict[str, str]) -> None:
    """Its ETag names the bytes, and parts of it can be asked for."""
    few = settings.model_copy(update={"max_answer_bytes": 2000})
    client = TestClient(build_app(Pipeline(few, middle_is_object, DiskStorage(few))))
    answer = client.post(RESULTS, files=FILES, headers=headers)
    assert [each.status_code for each in answer.history] == [303]
    assert "content-encoding" not in answer.headers
    assert answer.json()["results"][0]["status"]["code"] == "ok"


@pytest.mark.parametrize(("length", "packed"), [(MINIMUM_BYTES - 1, False), (MINIMUM_BYTES, True)])
def test_short_answers_are_not_worth_it(length: int, packed: bool) -> None:
    answer = TestClient(app_of(b" " * length)).get("/", headers=GZIP)
    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert ("vary" in answer.headers) is packed
    assert answer.content == b" " * length


@pytest.mark.parametrize(
    "headers",
    [{"content-encoding": "br"}, {"accept-ranges": "bytes"}, {"content-type": "text/plain"}],
    ids=["encoded", "in parts", "text"],
)
def test_other_answers_pass(headers: dict[str, str]) -> None:
    content = b"x" * 5000
    with TestClient(app_of(content, headers)).stream("GET", "/", headers=GZIP) as answer:
        assert b"".join(answer.iter_raw()) == content


@pytest.mark.parametrize("kind", ["text/html", "text/css", "text/javascript; charset=utf-8"])
@pytest.mark.parametrize("tag", ['"a"', 'W/"a"'])
def test_the_page_is_compressed_and_its_tag_is_weak(kind: str, tag: str) -> None:
    client = TestClient(app_of(b"x" * 5000, {"content-type": kind, "etag": tag}))
    packed, plain = (client.get("/", headers=headers) for headers in (GZIP, PLAIN))
    assert packed.content == plain.content == b"x" * 5000
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < 500
    assert (packed.headers["etag"], plain.headers["etag"]) == ('W/"a"', tag)
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_a_body_pass(status: int) -> None:
    answer = TestClient(app_of(b"", status=status)).get("/", headers=GZIP)
    assert (answer.status_code, answer.content) == (status, b"")
    assert "content-encoding" not in answer.headers


def app_of(
    content: bytes, headers: dict[str, str] | None = None, *, status: int = 200, limit: int = 0
) -> GzipTexts:
    """An app with one answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer = Response(content, status, {"content-type": "application/json", **(headers or {})})
        await answer(scope, receive, send)

    return GzipTexts(app, limit or None)


def ask(app: Any, event: Event) -> dict[str, Any]:
    """The raw answer of the function."""
    with event_loop():
        return build_handler(app)(event, None)


def content_of(answer: dict[str, Any]) -> bytes:
    """What a client reads of it."""
    body = b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return gzip.decompress(body) if header(answer, "content-encoding") == "gzip" else body


def header(answer: dict[str, Any], name: str) -> str | None:
    several = {key: ",".join(each) for key, each in (answer.get("multiValueHeaders") or {}).items()}
    found: str | None = (several | answer.get("headers", {})).get(name)
    return found


@pytest.fixture(scope="module")
def function() -> Any:
    return build_app(Pipeline(Settings().on_lambda(), middle_is_object))


def picture(**headers: str) -> Request:
    found = post_file(PICTURE, "a.jpg", "image/jpeg")
    return Request(found.method, found.path, found.query, {**found.headers, **headers}, found.body)


@pytest.mark.parametrize("shape", SHAPES)
def test_gateways_get_base64_of_gzip(function: Any, shape: str) -> None:
    plain = ask(function, SHAPES[shape](picture()))
    packed = ask(function, SHAPES[shape](picture(**{"accept-encoding": "br, gzip"})))
    assert (plain["isBase64Encoded"], packed["isBase64Encoded"]) == (False, True)
    assert header(packed, "content-encoding") == "gzip"
    assert header(packed, "content-length") == str(len(b64decode(packed["body"])))
    assert result_of(content_of(packed)) == result_of(content_of(plain))


def test_rest_apis_get_text(function: Any) -> None:
    answer = ask(function, rest_api(picture(**{"accept-encoding": "gzip"})))
    assert not answer["isBase64Encoded"]
    assert header(answer, "content-encoding") is None
    assert result_of(content_of(answer))["status"]["code"] == "ok"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("over", [0, 1])
def test_what_lambda_counts_stays_below_its_limit(shape: str, over: int) -> None:
    """Noise in all 256 bytes grows by a third as base64, and nothing of it can be saved."""
    content = np.random.default_rng(1).bytes(30_000)
    event = SHAPES[shape](Request("GET", "/", headers={"accept-encoding": "gzip"}))
    sent = ask(app_of(content, limit=10**6), event)
    most = len(json.dumps(sent)) + (1 - over) * ENVELOPE_BYTES
    answer = ask(app_of(content, limit=most), event)
    assert (header(answer, "content-encoding") == "gzip") is (over == 0)
    assert b64decode(answer["body"]) == content or gzip.decompress(b64decode(answer["body"]))


def test_the_largest_answers_fit_lambda(function: Any) -> None:
    """A picture of noise whose answer is just below the limit."""
    noise = np.random.default_rng(3).integers(0, 256, (1060, 1000, 3), np.uint8)
    found = post_file(png(Image.fromarray(noise)), "a.png", "image/png")
    for accepted in ("identity", "gzip"):
        headers = {**found.headers, "accept-encoding": accepted}
        event = payload_v2(Request(found.method, found.path, found.query, headers, found.body))
        answer = ask(function, event)
        assert answer["statusCode"] == 200
        assert len(json.dumps(answer)) <= LAMBDA_ANSWER_BYTES


@pytest.mark.parametrize("accepted", [True, False])
def test_a_bucket_sends_what_the_client_accepts(s3: S3Server, accepted: bool) -> None:
    own = s3.settings(max_answer_bytes=2000)
    client = TestClient(build_app(Pipeline(own, middle_is_object, S3Storage(own))))
    headers = GZIP if accepted else PLAIN
    answer = client.post(RESULTS, files=FILES, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    found = requests.get(answer.headers["location"], headers=headers, timeout=10)
    assert (found.headers.get("content-encoding") == "gzip") is accepted
    assert found.headers["content-type"] == "application/json"
    assert result_of(found.content) == result_of(
        TestClient(build_app(Pipeline(Settings(), middle_is_object)))
        .post(RESULTS, files=FILES)
        .content
    )


@limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.binary(max_size=200))
def test_no_header_makes_it_fail(client: TestClient, value: bytes) -> None:
    answer = client.get("/v1/modes", headers={b"Accept-Encoding": value.translate(None, b"\r\n\0")})
    assert answer.status_code == 200


HOSTILE = ["gzip;q=nan", "gzip;q=1e9", ";", ";;q=0", "gzip" * 10_000, "*;q=0, gzip;q=0", "\xff"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("shape", SHAPES)
def test_hostile_headers_of_events(function: Any, shape: str, value: str) -> None:
    answer = ask(function, SHAPES[shape](picture(**{"accept-encoding": value})))
    assert answer["statusCode"] == 200
    assert result_of(content_of(answer))["status"]["code"] == "ok"
