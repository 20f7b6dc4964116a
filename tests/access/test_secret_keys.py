"""Check which words of the secret are keys, as in `test_key_text`, and what is logged."""

import json
import logging
import socket
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from cutout.api.app import build_app
from cutout.pipeline import Pipeline
from cutout.request_errors import KeysUnavailableError
from cutout.settings import Settings
from tests.access.conftest import Clock, holding, keys
from tests.access.texts import COMMENT, KEY, SHORT, WITH_COMMENTS, WITH_KEYS, WITHOUT_KEYS
from tests.conftest import middle_is_object
from tests.fetch.servers import Reply, serving

pytestmark = pytest.mark.usefixtures("role")


def holding_in_turn(*texts: str) -> Reply:
    """Return answers with one text after the other."""
    left: Iterator[str] = iter(texts)

    def reply(connection: socket.socket, request: bytes) -> None:
        holding(next(left))(connection, request)

    return reply


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize(("text", "valid"), WITH_KEYS.values(), ids=WITH_KEYS)
def test_every_word_of_the_secret_is_a_key(
    monkeypatch: pytest.MonkeyPatch, text: str, valid: list[str]
) -> None:
    with serving(holding(text)) as server:
        found = keys(server, monkeypatch)
        assert [found.accept([each]) for each in valid] == [True] * len(valid)


@pytest.mark.parametrize("text", WITH_COMMENTS.values(), ids=WITH_COMMENTS)
def test_no_word_of_a_comment_in_the_secret_is_a_key(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    with serving(holding(text)) as server:
        found = keys(server, monkeypatch)
        assert found.accept([KEY])
        assert not found.accept([*COMMENT.split(), COMMENT, "#", "//"])


@pytest.mark.parametrize("text", ["", *WITHOUT_KEYS.values()], ids=["nothing", *WITHOUT_KEYS])
def test_nobody_gets_in_by_a_secret_without_a_valid_key(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    with serving(holding(text)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url(host="127.0.0.1"))
        client = TestClient(build_app(Pipeline(Settings(), middle_is_object)))
        assert client.get("/v1/modes").status_code == 401
        for word in [KEY, *filter(str.isascii, text.split())]:
            assert client.get("/v1/modes", headers={"X-API-KEY": word}).status_code == 503
    (line,) = logged(caplog)
    start = "The secret with the API keys holds no valid key, so all requests are refused: "
    assert line.startswith(start)
    assert COMMENT.split()[0] not in line


def test_the_description_names_the_answer_where_keys_can_not_be_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(holding("")) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.url(host="127.0.0.1"))
        client = TestClient(build_app(Pipeline(Settings(), middle_is_object)))
        paths = client.get("/openapi.json").json()["paths"]
        for path in set(paths) - {"/v1/version"}:
            for method, described in paths[path].items():
                answer = client.request(method, path, headers={"X-API-KEY": KEY})
                assert answer.status_code == 503
                assert "503" in described["responses"], path


def test_a_secret_without_a_valid_key_ends_the_old_ones(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    wrong = json.dumps({"client": KEY}, indent=2)
    with serving(holding_in_turn(KEY, wrong, f"{KEY} # repaired")) as server:
        found = keys(server, monkeypatch)
        assert found.accept([KEY])
        clock(301)
        for given in (KEY, "{", f'"{KEY}"'):
            with pytest.raises(KeysUnavailableError):
                found.accept([given])
        clock(301)
        assert found.accept([KEY])


def test_refused_words_of_the_secret_are_logged_once_for_each_text(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, clock: Clock
) -> None:
    changed = f"{KEY} {SHORT}\n# {COMMENT}"
    with serving(holding_in_turn(f"{KEY} {SHORT} x y,", changed, changed)) as server:
        found = keys(server, monkeypatch)
        for _ in range(3):
            assert found.accept([KEY])
            assert not found.accept([SHORT])
            clock(301)
        assert server.connections == 3
    start = "The secret with the API keys holds words that are not keys: "
    assert logged(caplog) == [
        start + "2 shorter than 16 characters, 1 with characters that a key cannot have",
        start + "3 in comments, 1 shorter than 16 characters",
    ]
