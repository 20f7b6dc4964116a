"""Check how long keys from AWS Secrets Manager stay valid.

A small server stands in for the one call.
"""

import json
import socket
from threading import Event
from time import monotonic, sleep

import pytest
from pydantic import ValidationError

from cutout.request_errors import KeysUnavailableError
from cutout.settings import Settings
from tests.access.conftest import ARN, Clock, holding, keys
from tests.access.texts import KEY
from tests.fetch.servers import Reply, answer, serving

OLD, NEW = "the-old-key-of-client-a", "the-new-key-of-client-a"

pytestmark = pytest.mark.usefixtures("role")


def test_the_secret_is_asked_for_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(holding(KEY)) as server:
        assert keys(server, monkeypatch).accept([KEY])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"SecretId": ARN}
    assert b"x-amz-target: secretsmanager.GetSecretValue\r\n" in head
    assert b"/eu-west-1/secretsmanager/aws4_request, SignedHeaders=" in head
    assert b"x-amz-security-token: the-token\r\n" in head


def test_it_is_asked_for_once_and_again_after_five_minutes(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    texts = iter([OLD, f"{NEW} {OLD}", NEW])

    def rotate(connection: socket.socket, request: bytes) -> None:
        holding(next(texts))(connection, request)

    with serving(rotate) as server:
        found = keys(server, monkeypatch)
        assert server.connections == 0, "a cold start must not wait for it"
        assert found.accept([OLD])
        clock(299)
        assert not found.accept([NEW])
        assert server.connections == 1
        clock(2)
        assert found.accept([NEW])
        assert found.accept([OLD])
        clock(301)
        assert not found.accept([OLD])


def test_five_minutes_count_from_the_question_not_from_the_answer(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """A key may be revoked while the answer is on its way."""

    def slowly(connection: socket.socket, request: bytes) -> None:
        clock(10)
        holding(KEY)(connection, request)

    with serving(slowly) as server:
        found = keys(server, monkeypatch)
        assert found.accept([KEY])
        clock(289)
        assert found.accept([KEY])
        assert server.connections == 1
        clock(2)
        assert found.accept([KEY])
        assert server.connections == 2


REFUSALS: dict[str, Reply] = {
    "denied": answer(b"{}", "400 Bad Request"),
    "no text": answer(b"{}"),
    "no JSON": answer(b"no json"),
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
            found.accept(["", KEY])
    assert "can not be fetched" in caplog.text
    assert "the-secret" not in caplog.text
    assert "the-token" not in caplog.text


def test_it_is_given_up_when_it_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    hung_up = Event()

    def hold(connection: socket.socket, _request: bytes) -> None:
        connection.settimeout(20)  # then nobody has hung up
        if not connection.recv(1):
            hung_up.set()

    with serving(hold) as server, pytest.raises(KeysUnavailableError):
        keys(server, monkeypatch).accept([KEY])
    assert hung_up.wait(10)


def test_a_trickle_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def trickle(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b" ")
            sleep(0.1)

    start = monotonic()
    with serving(trickle) as server, pytest.raises(KeysUnavailableError):
        keys(server, monkeypatch).accept([KEY])
    assert monotonic() - start < 15, "its 5 seconds did not hold (20 without them)"


PASSING: dict[str, Reply] = {
    "throttled": answer(b'{"__type": "ThrottlingException"}', "400 Bad Request"),
    "a fault": answer(b"{}", "500 Internal Server Error"),
    "no answer": lambda *_: None,
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING)
def test_one_failure_is_tried_again(monkeypatch: pytest.MonkeyPatch, trouble: Reply) -> None:
    """A whole burst of cold starts asks at once."""
    replies = iter([trouble, holding(KEY)])

    def in_turn(connection: socket.socket, request: bytes) -> None:
        next(replies)(connection, request)

    with serving(in_turn) as server:
        assert keys(server, monkeypatch).accept([KEY])


def test_the_log_says_how_it_was_refused(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = answer(b'{"message": "the-secret"}', "403 Forbidden")
    with serving(refusal) as server, pytest.raises(KeysUnavailableError):
        keys(server, monkeypatch).accept([KEY])
    assert "Secrets Manager answers 403" in caplog.text
    assert "the-secret" not in caplog.text


def test_the_log_does_not_repeat_what_can_not_be_sent(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Python's own error shows the header."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "the-token\nof-two-lines")
    with serving(holding(KEY)) as server, pytest.raises(KeysUnavailableError):
        keys(server, monkeypatch).accept([KEY])
    assert "can not be fetched: ValueError" in caplog.text
    assert "the-token" not in caplog.text


OUTAGES: dict[str, Reply] = {
    "no answer": lambda *_: None,
    "a refusal": answer(b"{}", "403 Forbidden"),
}


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
@pytest.mark.parametrize("bound", [300, 3600, 7200])
def test_the_last_ones_stay_in_force_up_to_the_bound(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, outage: Reply, bound: int
) -> None:
    if bound != 3600:  # the default
        monkeypatch.setenv("CUTOUT_API_KEYS_STALE_SECONDS", str(bound))
    state = {"now": holding(KEY)}

    def reply(connection: socket.socket, request: bytes) -> None:
        state["now"](connection, request)

    with serving(reply) as server:
        found = keys(server, monkeypatch)
        assert found.accept([KEY])
        state["now"] = outage
        clock(bound - 1)
        assert found.accept([KEY])
        assert not found.accept([OLD])
        clock(2)
        for given in (KEY, OLD):
            with pytest.raises(KeysUnavailableError):
                found.accept([given])
        state["now"] = holding(KEY)
        clock(6)
        assert found.accept([KEY]), "Secrets Manager is back"


@pytest.mark.parametrize("seconds", ["300", "3600", "86400"])
def test_the_bound_may_be_up_to_a_day(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("CUTOUT_API_KEYS_STALE_SECONDS", seconds)
    assert Settings().api_keys_stale_seconds == float(seconds)


@pytest.mark.parametrize("seconds", ["299", "86401", "0", "-1", "inf", "nan"])
def test_no_other_bound_is_accepted(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    monkeypatch.setenv("CUTOUT_API_KEYS_STALE_SECONDS", seconds)
    with pytest.raises(ValidationError, match="api_keys_stale_seconds"):
        Settings()


def test_while_it_is_down_it_is_not_asked_at_every_request(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    replies = iter([*[answer(b"{}", "500 Oops")] * 2, holding(KEY), holding(KEY)])

    def recover(connection: socket.socket, request: bytes) -> None:
        next(replies)(connection, request)

    with serving(recover) as server:
        found = keys(server, monkeypatch)
        for _ in range(3):
            with pytest.raises(KeysUnavailableError):
                found.accept([KEY])
        assert server.connections == 2
        clock(6)
        for seconds, calls in ((0, 3), (299, 3), (2, 4)):  # then every five minutes again
            clock(seconds)
            assert found.accept([KEY])
            assert server.connections == calls
