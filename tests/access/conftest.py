"""A small server that stands in for Secrets Manager, and a clock that can be advanced."""

import json
from collections.abc import Callable
from typing import TypeAlias

import pytest

from cutout import timing
from cutout.access.keys import Keys, open_keys
from cutout.settings import Settings
from tests.fetch.servers import Reply, Server, answer

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"

Clock: TypeAlias = Callable[[float], None]
"""Advances the time by seconds."""


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
        "AWS_SESSION_TOKEN": "the-token",
        "AWS_REGION": "eu-west-1",
        "CUTOUT_API_KEYS_SECRET": ARN,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)


RATES = {
    "both clocks": (1, 1),
    "the wall clock while Lambda has the instance frozen": (0, 1),
    "the monotonic clock while the wall clock is set back": (1, -10),
}
"""How fast the monotonic clock and the wall clock advance."""


@pytest.fixture(params=list(RATES))
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Clock:
    now = {"monotonic": 1000.0, "time": 1.7e9}
    monkeypatch.setattr(timing, "monotonic", lambda: now["monotonic"])
    monkeypatch.setattr(timing, "time", lambda: now["time"])

    def advance(seconds: float) -> None:
        for name, rate in zip(now, RATES[request.param], strict=True):
            now[name] += rate * seconds

    return advance


def holding(text: str) -> Reply:
    """Return Secrets Manager's answer with the text of a secret."""
    return answer(json.dumps({"ARN": ARN, "SecretString": text}).encode())


def keys(server: Server, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Return the keys of the secret that the server has."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url(host="127.0.0.1"))
    found = open_keys(Settings())
    assert found is not None, "the service is open"
    return found
