import json
from typing import Any

import pytest

from cutout.api.app import build_app
from cutout.api.gateway import build_handler, without_ports
from cutout.api.service import ENVELOPE_BYTES
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from tests.api.removebg.asking import form_of
from tests.api.removebg.events import Context, Shape
from tests.conftest import middle_is_object
from tests.events.answers import call_here, event, event_loop
from tests.samples import png
from tools.events.gateway import Request, load_balancer, payload_v1, payload_v2


def test_other_headers_stay() -> None:
    given = {"headers": {"Host": "a:1", "X-Forwarded-Port": "443", "Accept": "*/*"}, "path": "/"}
    assert without_ports(given) == {"headers": {"Accept": "*/*"}, "path": "/"}
    assert given["headers"] != {"Accept": "*/*"}, "the caller's event was changed"


@pytest.mark.parametrize("headers", [None, {}])
def test_no_headers(headers: object) -> None:
    assert without_ports({"headers": headers}) == {"headers": {}}
    assert call_here(event("version.json") | {"headers": headers}).status == 200


@pytest.mark.parametrize(
    "odd",
    [
        {"host": "h:abc"},
        {"host": "[::1]:80"},
        {"host": ""},
        {"x-forwarded-port": "80,443"},
        {"x-forwarded-proto": "gopher"},
    ],
)
def test_no_header_makes_the_adapter_fail(odd: dict[str, str]) -> None:
    given = event("version.json")
    given = given | {"headers": given["headers"] | odd}
    assert call_here(given).status == 200


@pytest.mark.parametrize("body", ["a", "größe"])
def test_a_body_that_is_not_base64_is_the_callers_fault(body: str) -> None:
    given = event("results.json") | {"body": body, "isBase64Encoded": True}
    assert call_here(given).status == 400


@pytest.mark.parametrize("shape", [payload_v2, payload_v1, load_balancer])
def test_the_most_headers_fit_beside_the_largest_body(shape: Shape) -> None:
    """Lambda refuses an answer over its limit, which counts the headers as well."""
    misspelt = ("shadow-softnesses", "shadow_opacities", "max-megapixelsss", "quality_hinted")
    query = "&".join(["format=jpg", *(f"{name}=1" for name in (*misspelt, "crop-marginal"))])
    headers = {"content-type": "multipart/form-data; boundary=b", "origin": "https://a.example"}
    asked = Request("POST", "/v1/results", query, headers, form_of(("image", "a", png())))

    def answer(settings: Settings) -> dict[str, Any]:
        app = build_app(Pipeline(settings.on_lambda(), middle_is_object))
        with event_loop():
            return build_handler(app)(shape(asked), Context())

    limit = len(json.dumps(answer(Settings())["body"])) + ENVELOPE_BYTES
    largest = answer(Settings(max_answer_bytes=limit))
    assert largest["statusCode"] == 200
    assert json.dumps(largest).count("299 - ") == 6
    assert len(json.dumps(largest)) <= limit
