"""Credentials from the environment and from a container endpoint that rotates them."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from time import monotonic

import pytest

from cutout.aws_credentials import (
    TIMEOUT_SECONDS,
    CredentialsError,
    CredentialsProvider,
    open_credentials,
)
from cutout.settings import Settings
from tests.container_endpoint import ACCESS_KEY, TOKEN, VARIABLES, Endpoint, Later, endpoint
from tests.fetch.servers import Reply, answer
from tests.ports import free_ports


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def running() -> Iterator[Endpoint]:
    with endpoint() as found:
        yield found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


def provider(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> CredentialsProvider:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return open_credentials(Settings(), timeout_seconds)


def test_an_access_key_of_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint
) -> None:
    values = dict(zip(ACCESS_KEY, ("AKID", "secret", "session"), strict=True))
    found = provider(monkeypatch, values | running.environment).current()
    assert (found.key_id, found.secret, found.session_token) == ("AKID", "secret", "session")
    assert not running.server.connections
    assert "secret" not in repr(found)
    assert "session'" not in repr(found)


def test_an_endpoint_is_asked_when_it_is_needed_and_not_again(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint
) -> None:
    credentials = provider(monkeypatch, running.environment)
    assert running.server.connections == 0, "a snapshot must not hold credentials"
    for _ in range(3):
        found = credentials.current()
        assert (found.key_id, found.secret) == running.keys
        assert found.session_token == running.session_token
    assert running.server.connections == 1
    assert "first-secret" not in repr(found)
    assert "first-session" not in repr(found)


@pytest.mark.parametrize(("minutes", "renewed"), [(54, False), (56, True)])
def test_they_are_renewed_five_minutes_before_they_expire(
    monkeypatch: pytest.MonkeyPatch,
    running: Endpoint,
    later: Later,
    minutes: int,
    renewed: bool,
) -> None:
    credentials = provider(monkeypatch, running.environment)
    credentials.current()
    running.rotate("AKIDSECOND", "second-secret")
    later(minutes=minutes)
    assert credentials.current().key_id == ("AKIDSECOND" if renewed else "AKIDFIRST")


def test_while_the_endpoint_is_down_old_ones_serve_until_they_expire(
    monkeypatch: pytest.MonkeyPatch,
    running: Endpoint,
    later: Later,
    caplog: pytest.LogCaptureFixture,
) -> None:
    credentials = provider(monkeypatch, running.environment)
    credentials.current()
    running.trouble = answer(b"{}", "500 Oops")
    later(minutes=56)
    assert credentials.current().key_id == "AKIDFIRST"
    assert "can't be refreshed yet: the endpoint answers 500" in caplog.text
    asked = running.server.connections
    assert credentials.current().key_id == "AKIDFIRST"
    assert running.server.connections == asked, "every request waits for it"
    later(minutes=5)
    with pytest.raises(CredentialsError, match="answers 500"):
        credentials.current()
    running.trouble = None
    later(seconds=6)
    running.rotate("AKIDSECOND", "second-secret")
    assert credentials.current().key_id == "AKIDSECOND"


def test_an_endpoint_that_is_down_is_not_asked_at_every_request(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint, later: Later
) -> None:
    credentials = provider(monkeypatch, running.environment)
    running.trouble = answer(b"{}", "500 Oops")
    for _ in range(3):
        with pytest.raises(CredentialsError, match="answers 500"):
            credentials.current()
    assert running.server.connections == 2, "one attempt and one more"
    later(seconds=6)
    with pytest.raises(CredentialsError):
        credentials.current()
    assert running.server.connections == 4


def test_one_failure_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    credentials = provider(monkeypatch, running.environment)

    def fail_once(connection: socket.socket, request: bytes) -> None:
        running.trouble = None
        answer(b"{}", "500 Oops")(connection, request)

    running.trouble = fail_once
    assert credentials.current().key_id == "AKIDFIRST"
    assert "tried again" in caplog.text


REFUSALS: dict[str, tuple[Reply, str]] = {
    "denied": (answer(b"{}", "403 Forbidden"), "answers 403"),
    "elsewhere": (answer(b"", "302 Found", "Location: http://127.0.0.1:1/"), "answers 302"),
    "no JSON": (answer(b"top-secret"), "no credentials"),
    "a list": (answer(b"[]"), "no credentials"),
    "no expiry": (
        answer(b'{"AccessKeyId": "a", "SecretAccessKey": "top-secret", "Token": "t"}'),
        "no credentials",
    ),
    "no id": (
        answer(
            b'{"AccessKeyId": "", "SecretAccessKey": "top-secret", "Token": "t",'
            b' "Expiration": "2100-01-01T00:00:00Z"}'
        ),
        "empty access key",
    ),
    "no secret": (
        answer(
            b'{"AccessKeyId": "a", "SecretAccessKey": "", "Token": "t",'
            b' "Expiration": "2100-01-01T00:00:00Z"}'
        ),
        "empty access key",
    ),
    "expired": (
        answer(
            b'{"AccessKeyId": "a", "SecretAccessKey": "top-secret", "Token": "t",'
            b' "Expiration": "2020-01-01T00:00:00Z"}'
        ),
        "have expired",
    ),
    "nothing": (lambda *_: None, "does not answer"),
}


@pytest.mark.parametrize(("reply", "said"), REFUSALS.values(), ids=REFUSALS)
def test_an_error_says_what_is_wrong_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
    running: Endpoint,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    said: str,
) -> None:
    running.trouble = reply
    with pytest.raises(CredentialsError, match=said) as raised:
        provider(monkeypatch, running.environment).current()
    for text in (str(raised.value), caplog.text):
        assert "top-secret" not in text
        assert TOKEN not in text


def test_an_endpoint_that_hangs_or_trickles_holds_up_nobody_for_long(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint
) -> None:
    over = Event()

    def trickle(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        while not over.wait(0.2):
            connection.sendall(b" ")

    running.trouble = trickle
    start = monotonic()
    with pytest.raises(CredentialsError, match="does not answer"):
        provider(monkeypatch, running.environment).current()
    over.set()
    assert monotonic() - start < 30, "without a limit, it takes 60,000 times 0.2 s"


def test_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    variables = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{port}/"}
    with pytest.raises(CredentialsError, match="does not answer"):
        provider(monkeypatch, variables).current()


def test_threads_share_one_call(monkeypatch: pytest.MonkeyPatch, running: Endpoint) -> None:
    credentials = provider(monkeypatch, running.environment)
    start = Barrier(8)

    def ask(_: int) -> str:
        start.wait()
        return credentials.current().key_id

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {"AKIDFIRST"}
    assert running.server.connections == 1


def test_during_a_renewal_other_threads_go_on_with_valid_credentials(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint, later: Later
) -> None:
    credentials = provider(monkeypatch, running.environment, timeout_seconds=30.0)
    credentials.current()
    asked, go = Event(), Event()

    def wait(connection: socket.socket, request: bytes) -> None:
        asked.set()
        go.wait(10)
        running.trouble = None
        running.reply(connection, request)

    running.rotate("AKIDSECOND", "second-secret")
    running.trouble = wait
    later(minutes=56)
    with ThreadPoolExecutor(1) as threads:
        renewal = threads.submit(credentials.current)
        assert asked.wait(10)
        assert credentials.current().key_id == "AKIDFIRST"
        go.set()
        assert renewal.result().key_id == "AKIDSECOND"


def test_the_authorization_may_be_a_file_that_changes(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint, later: Later, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("wrong\n")
    variables = running.environment | {
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "ignored beside a file",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file),
    }
    credentials = provider(monkeypatch, variables)
    with pytest.raises(CredentialsError, match="answers 403"):
        credentials.current()
    file.write_text(f"{TOKEN}\n")
    later(seconds=6)
    assert credentials.current().key_id == "AKIDFIRST"


def test_a_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint, tmp_path: Path
) -> None:
    variables = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "none")}
    with pytest.raises(CredentialsError, match="TOKEN_FILE can't be read"):
        provider(monkeypatch, running.environment | variables).current()


@pytest.mark.parametrize("token", ["a\r\nHost: elsewhere", "a\nb", "é"])
def test_a_token_is_a_header_s_value(
    monkeypatch: pytest.MonkeyPatch, running: Endpoint, token: str
) -> None:
    variables = running.environment | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": token}
    with pytest.raises(CredentialsError, match="not a valid header value"):
        provider(monkeypatch, variables).current()
    assert not running.server.connections
