"""Requests made up from our own OpenAPI page, sound and broken ones, by schemathesis: each must be
answered as the page says, and none with a fault of ours."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.settings import Settings
from cutout.storage.disk import DiskStorage
from tests.conftest import middle_is_object

OURS = ["GET /v1/version", "GET /v1/modes", "POST /v1/results", "POST /v1/uploads"]
REMOVEBG = ["POST /v1.0/removebg", "GET /v1.0/account"]
"""A picture made up is none, so that sound requests are refused there as well."""
OPERATIONS = [*OURS, *REMOVEBG]


@pytest.fixture(params=["", "the-key-of-the-tests"], ids=["open", "with a key"])
def key(request: pytest.FixtureRequest) -> str:
    """What the server asks for."""
    found: str = request.param
    return found


@pytest.fixture
def schema(tmp_path: Path, key: str) -> schemathesis.BaseSchema:
    own = Settings(
        storage_dir=tmp_path,
        refusal_seconds=0,
        download_ports=frozenset(),  # none, so that nobody is looked up or connected to
        api_keys=SecretStr(key),
    )
    app = build_app(Pipeline(own, middle_is_object, DiskStorage(own)))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def test_these_are_all(schema: schemathesis.BaseSchema) -> None:
    found = [each.ok().label for each in schema.get_all_operations() if isinstance(each, Ok)]
    assert found == OPERATIONS


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_request_is_answered_as_the_page_says(
    schema: schemathesis.BaseSchema, key: str, operation: str
) -> None:
    method, path = operation.split()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def every(case: Case[Any]) -> None:
        left_out: list[Any] = [positive_data_acceptance] if operation in REMOVEBG else []
        headers = {"X-API-KEY": key} if key else {}
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    every()
