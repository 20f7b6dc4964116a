"""Keys in AWS Secrets Manager, of which a small server stands in for the one call that is made."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from handler.access import secrets_manager
from handler.access.keys import open_keys
from handler.errors import KeysUnavailableError
from handler.settings import Settings
from tests.fetch.servers import Reply, Server, answer, serving

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf"


@pytest.fixture(autouse=True)
def _role(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
        "AWS_SESSION_TOKEN": "the-token",
        "AWS_REGION": "eu-west-1",
        "CUTOUT_API_KEYS_SECRET": ARN,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the time on."""
    now = [1000.0]
    monkeypatch.setattr(secrets_manager, "monotonic", lambda: now[0])
    return lambda seconds: now.append(now.pop() + seconds)


def holding(text: str) -> Reply:
    return answer(json.dumps({"ARN": ARN, "SecretString": text}).encode())


def keys(server: Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url(host="127.0.0.1"))
    return open_keys(Settings())


def test_the_secret_is_asked_for_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(holding("key")) as server:
        assert keys(server, monkeypatch).accept(["key"])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"SecretId": ARN}
    assert b"x-amz-target: secretsmanager.GetSecretValue\r\n" in head
    assert b"/eu-west-1/secretsmanager/aws4_request, SignedHeaders=" in head
    assert b"x-amz-security-token: the-token\r\n" in head


def test_it_is_asked_for_once_and_again_after_five_minutes(
    monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]
) -> None:
    texts = iter(["old", "new old", "new"])

    def rotate(connection: socket.socket, request: bytes) -> None:
        holding(next(texts))(connection, request)

    with serving(rotate) as server:
        found = keys(server, monkeypatch)
        assert server.connections == 0, "a cold start must not wait for it"
        assert found.accept(["old"])
        clock(299)
        assert not found.accept(["new"])
        assert server.connections == 1
        clock(2)
        assert found.accept(["new"])
        assert found.accept(["old"])
        clock(301)
        assert not found.accept(["old"])


REFUSALS: dict[str, Reply] = {
    "denied": answer(b"{}", "400 Bad Request"),
    "no text": answer(b"{}"),
    "no JSON": answer(b"no json"),
    "an empty text": answer(b'{"SecretString": "  "}'),
    "a number": answer(b'{"SecretString": 1}'),
    "a list": answer(b"[]"),
    "nothing": lambda *_: None,
}


@pytest.mark.parametrize("reply", REFUSALS.values(), ids=REFUSALS)
def test_nobody_gets_in_while_it_can_not_be_had(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, reply: Reply
) -> None:
    with serving(reply) as server:
        found = keys(server, monkeypatch)
        with pytest.raises(KeysUnavailableError):
            found.accept(["", "key"])
    assert "can not be fetched" in caplog.text
    assert "the-secret" not in caplog.text
    assert "the-token" not in caplog.text


def test_the_log_says_how_it_was_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = answer(b'{"message": "the-secret"}', "403 Forbidden")
    with serving(refusal) as server, pytest.raises(KeysUnavailableError):
        keys(server, monkeypatch).accept(["key"])
    assert "Secrets Manager answers 403" in caplog.text
    assert "the-secret" not in caplog.text


def test_the_last_ones_go_on_while_it_can_not_be_had_again(
    monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]
) -> None:
    with serving(holding("key")) as server:
        found = keys(server, monkeypatch)
        assert found.accept(["key"])
    clock(301)
    assert found.accept(["key"])
    assert not found.accept(["other"])


def test_while_it_is_down_it_is_not_asked_at_every_request(
    monkeypatch: pytest.MonkeyPatch, clock: Callable[[float], None]
) -> None:
    replies = iter([answer(b"{}", "500 Oops"), holding("key")])

    def recover(connection: socket.socket, request: bytes) -> None:
        next(replies)(connection, request)

    with serving(recover) as server:
        found = keys(server, monkeypatch)
        for _ in range(3):
            with pytest.raises(KeysUnavailableError):
                found.accept(["key"])
        assert server.connections == 1
        clock(6)
        assert found.accept(["key"])
