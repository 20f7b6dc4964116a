"""Paths, methods and events as the several gateways send them."""

import json
from base64 import b64encode
from copy import deepcopy
from typing import Any

import pytest

from cutout.api.app import build_app
from cutout.api.gateway import NOT_HTTP, build_handler
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import form_of
from tests.conftest import middle_is_object
from tests.events.answers import Answer, event_loop
from tests.local_server import ROOT
from tests.samples import png
from tools.events.batch import batch_samples
from tools.events.gateway import Event, Request, load_balancer, payload_v1, payload_v2
from tools.template import load_template

APP = build_app(Pipeline(Settings(), middle_is_object))
SHAPES = {"v1": payload_v1, "v2": payload_v2, "alb": load_balancer}


def ask(event: Any, base_path: str = "") -> Answer:
    """Return the answer of a handler without the networks."""
    with event_loop():
        return Answer(build_handler(APP, base_path=base_path)(event, None))


def staged(path: str, domain: str = "a.execute-api.eu-west-1.amazonaws.com") -> Event:
    """Return a request to an HTTP API that has a stage `prod`."""
    found = deepcopy(payload_v2(Request("GET", path)))
    found["requestContext"] |= {"stage": "prod", "domainName": domain}
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", ["/v1/version/", "/v1/modes/", "/v1/results/", "/docs/"])
def test_a_trailing_slash_redirects_relatively(shape: str, path: str) -> None:
    answer = ask(SHAPES[shape](Request("POST", path, "mode=fg-mask")))
    assert answer.status == 307
    name = path.rstrip("/").rpartition("/")[2]
    assert answer.headers["location"] == f"../{name}?mode=fg-mask"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", ["/v1/version", "/v1/modes", "/", "/docs", "/redoc"])
def test_head_where_get_is(shape: str, path: str) -> None:
    head, get = (ask(SHAPES[shape](Request(each, path))) for each in ("HEAD", "GET"))
    assert (head.status, head.text) == (get.status, "")
    assert head.headers == get.headers


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("base", ["/prod", "/tools/cutout"])
def test_below_a_custom_domain_s_base_path(shape: str, base: str) -> None:
    def get(path: str) -> Answer:
        return ask(SHAPES[shape](Request("GET", base + path)), base)

    assert get("/v1/version").text.startswith("v1.")
    assert get("/img-bg-removal/v1/version").text.startswith("v1.")
    assert get("/v1/version/").headers["location"] == "../version"
    assert get("/redoc").headers["location"] == "docs"
    assert get("").headers["location"] == base.rpartition("/")[2] + "/"
    assert json.loads(get("/openapi.json").text)["servers"] == [{"url": base}]
    assert get("/v1/nothing").status == 404
    assert get("//v1/version").text.startswith("v1.")
    for path in ("/v1.0", "/v1.0/nothing", "//v1.0/nothing"):
        assert json.loads(get(path).text)["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize("shape", SHAPES)
def test_a_base_path_is_none_without_its_setting(shape: str) -> None:
    assert ask(SHAPES[shape](Request("GET", "/prod/v1/version"))).status == 404


def test_the_plain_address_works_beside_a_base_path() -> None:
    assert ask(payload_v2(Request("GET", "/v1/version")), "/prod").status == 200
    assert ask(payload_v2(Request("GET", "/production/v1/version")), "/prod").status == 404


def test_the_docs_warn_of_a_base_path_that_hides_routes_at_the_plain_address() -> None:
    """The domain does not tell them apart: a proxy may send a base path to the plain address."""
    assert ask(payload_v2(Request("GET", "/v1/v1/version")), "/v1").status == 200
    assert ask(payload_v2(Request("GET", "/v1/version")), "/v1").status == 404
    parameter = load_template()["Parameters"]["DomainPath"]["Description"]
    page = (ROOT / "docs" / "deploy.md").read_text().replace("`", "")
    for text in (parameter, " ".join(page.split())):
        assert "not v1" in text


def test_below_the_stage_of_an_http_api() -> None:
    assert ask(staged("/prod/v1/version")).status == 200
    assert ask(staged("/prod/v1/version/")).headers["location"] == "../version"
    assert ask(staged("/v1/version", "cutout.example")).status == 200
    assert ask(staged("/prod/v1/version", "cutout.example")).status == 404


def test_a_rest_api_leaves_its_stage_out() -> None:
    given = deepcopy(payload_v1(Request("GET", "/v1/version")))
    del given["version"]
    given["requestContext"]["stage"] = "v1"
    assert ask(given).status == 200


def by_rest_api(
    body: bytes, kind: str = "Multipart/Form-Data; boundary=b", path: str = "/v1/results"
) -> Event:
    """Return a post to a REST API without binary media types, which passes bodies as text."""
    headers = {"Content-Type": kind, "Origin": "https://a.example"}
    asked = Request("POST", path, headers=headers, body=body)
    found = deepcopy(payload_v1(asked))
    del found["version"]
    return found | {"body": body.decode(errors="replace"), "isBase64Encoded": False}


def test_a_picture_that_a_rest_api_has_damaged_is_refused_in_words() -> None:
    form = form_of(("image", "a.png", png()))
    answer = ask(by_rest_api(form))
    assert answer.status == 400
    assert "binary media type" in json.loads(answer.text)["detail"]
    assert answer.headers["access-control-allow-origin"] == "*"
    intact = by_rest_api(form) | {"body": b64encode(form).decode(), "isBase64Encoded": True}
    assert ask(intact).result["status"]["code"] == "ok"


@pytest.mark.parametrize("base", ["", "/prod"])
def test_a_client_of_remove_bg_learns_of_the_damage_in_its_own_form(base: str) -> None:
    form = form_of(("image_file", "a.png", png()))
    answer = ask(by_rest_api(form, path=f"{base}/v1.0/removebg"), base)
    assert answer.status == 400
    (error,) = json.loads(answer.text)["errors"]
    assert error["code"] == "invalid_request"
    assert "binary media type" in error["title"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_the_log_tells_of_a_damaged_picture(capsys: pytest.CaptureFixture[str]) -> None:
    ask(by_rest_api(form_of(("image", "a.png", png()))))
    line = json.loads(capsys.readouterr().out)
    assert (line["status"], line["outcome"]) == (400, "DamagedForm")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (form_of(("url", None, b"http://127.0.0.1/a")), "multipart/form-data; boundary=b"),
        (b"url=http://127.0.0.1/\xff", "application/x-www-form-urlencoded"),
    ],
)
def test_a_text_that_passes_a_rest_api_is_read(body: bytes, kind: str) -> None:
    assert ask(by_rest_api(body, kind)).result["status"]["code"] == "failure"


SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/ping"],
    "detail": {},
}


@pytest.mark.parametrize("source", ["aws.events", "aws.scheduler"])
def test_a_scheduled_ping_is_answered(source: str) -> None:
    assert ask(SCHEDULED | {"source": source}).raw == {"statusCode": 204}


@pytest.mark.parametrize(
    "other",
    [
        {},
        [],
        "ping",
        None,
        {"requestContext": None},
        {"requestContext": {"eventType": "CONNECT", "connectionId": "a"}},
        {"version": "2.0", "requestContext": {}},
        {"version": "3.0", "requestContext": {"http": {"method": "GET", "path": "/"}}},
        {"httpMethod": "GET", "path": "/", "resource": "/"},
        {"httpMethod": "GET", "requestContext": {"elb": {}}},
        {"Records": [{"eventSource": "aws:s3"}]},
        {"Records": [5]},
        SCHEDULED | {"source": "aws.ec2"},
        {"source": ["aws.events"]},
        {"source": {}},
    ],
)
def test_any_other_event_is_refused_in_words(other: object) -> None:
    answer = ask(other)
    assert answer.status == 400
    assert answer.text == NOT_HTTP


def test_messages_of_a_queue_stay_in_the_queue() -> None:
    answer = ask(batch_samples()["several"])
    assert answer.status == 400
    assert [each["itemIdentifier"] for each in answer.raw["batchItemFailures"]] == [
        *("one", "two", "three")
    ]
