import pytest

from cutout.api.gateway import without_ports
from tests.events.answers import call_here, event


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


def test_a_body_that_is_not_base64_is_the_callers_fault() -> None:
    given = event("results.json") | {"body": "a", "isBase64Encoded": True}
    assert call_here(given).status == 400
