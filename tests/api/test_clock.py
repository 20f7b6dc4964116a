"""The request's time: what the function, the gateway or a setting leave, whichever is least."""

import asyncio
from time import time
from typing import Any

import pytest
from starlette.requests import Request

from cutout.api.dependencies import receive_deadline
from cutout.settings import Settings

SETTINGS = Settings(request_seconds=50, gateway_seconds=30, margin_seconds=1)


class Context:
    """As awslambdaric's."""

    def __init__(self, seconds: float) -> None:
        self._milliseconds = int(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def remaining(**scope: Any) -> float:
    request = Request({"type": "http", "method": "POST", "headers": [], **scope})
    return asyncio.run(receive_deadline(request, SETTINGS)).remaining()


def on_lambda(seconds: float, request_context: dict[str, Any]) -> float:
    event = {"requestContext": request_context}
    return remaining(**{"aws.context": Context(seconds), "aws.event": event})


def test_elsewhere_a_setting_says() -> None:
    assert 49 < remaining() <= 50
    assert 49 < remaining(**{"aws.context": None, "aws.event": {}}) <= 50


def test_the_function_ends_first() -> None:
    assert 8 < on_lambda(10, {}) <= 9


def test_the_gateway_ends_first() -> None:
    assert 28 < on_lambda(600, {}) <= 29


@pytest.mark.parametrize("name", ["timeEpoch", "requestTimeEpoch"])
def test_a_cold_start_has_used_some_of_the_gateways_time(name: str) -> None:
    taken = (time() - 8) * 1000
    assert 20 < on_lambda(600, {name: taken}) <= 21


@pytest.mark.parametrize("age", [31, 1e9, -5])
def test_a_recorded_event_is_not_late(age: float) -> None:
    assert 28 < on_lambda(600, {"timeEpoch": (time() - age) * 1000}) <= 29


def test_an_event_without_a_context_of_its_own() -> None:
    scope = {"aws.context": Context(600), "aws.event": {"requestContext": None}}
    assert 28 < remaining(**scope) <= 29
